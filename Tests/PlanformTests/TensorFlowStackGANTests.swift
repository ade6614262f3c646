import Foundation
import Plan
import Runtime
import Testing
import Training

/// What StackGAN of the TensorFlow code must be, from its description alone.
@Suite struct TensorFlowStackGANTests {
  static let stage1 = "graphs/stackgan/tensorflow/stage1.yaml"
  static let stage2 = "graphs/stackgan/tensorflow/stage2.yaml"

  @Test(arguments: [
    (stage1, "default", ["generator: 14,264,192", "discriminator: 4,029,824"]),
    (stage1, "simple", ["generator: 15,034,368", "discriminator: 3,225,472"]),
    (
      stage2, "default",
      [
        "generator: 14,264,192", "discriminator: 4,029,824", "hr_generator: 26,290,080",
        "hr_discriminator: 48,603,520",
      ]
    ),
  ])
  func `the networks have the original's numbers of weights`(
    _ graph: String, _ networks: String, _ counts: [String]
  ) throws {
    let run = try Invocation(
      "check", Repository.path(graph), "--no-layers", "--set", "network_type=\(networks)",
      in: ScratchFolder())
    #expect(run.code == 0, "\(run.errors)")
    for count in counts { #expect(run.output.contains("network \(count) parameters")) }
  }

  @Test func `other networks than the two are refused`() throws {
    let run = try Invocation(
      "check", Repository.path(Self.stage1), "--set", "network_type=deep", in: ScratchFolder())
    #expect(run.code == 65)
    #expect(run.errors.contains("'network_type' is one of 'default', 'simple', found 'deep'"))
  }

  // MARK: Losses

  @Test(arguments: [true, false])
  func `a discriminator that cannot tell has a loss of 2 ln 2, with and without wrong pairs`(
    _ wrongPairs: Bool
  ) throws {
    let model = try TinyStackGAN(Self.stage1, ["wrong_pairs=\(wrongPairs)"])
    #expect(try model.plan.program("train").takes("wrong_image") == wrongPairs)
    let logit = "discriminator/judge.logit.weight"
    let zero = HostTensor(
      shape: try model.shape(of: logit), [Float](repeating: 0, count: try model.count(of: logit)))
    let found = try model.iterate(["optimizers/d/lr": 0], weights: [(logit, zero)])
    #expect(abs(try found.tensor("d_loss").floats[0] - 1.386294) < 1e-6)
    #expect(abs(try found.tensor("adversarial_loss").floats[0] - 0.693147) < 1e-6)
  }

  /// mu and log sigma are the biases, where no weight adds to them.
  @Test(arguments: [
    (Float(0), Float(0), Float(0)), (1, 0, 0.5), (0, Float(log(2.0)), 0.8068528),
    (0.5, 0.25, 0.1993606),
  ])
  func `the divergence has its closed form, also in terms of log sigma`(
    _ mu: Float, _ logSigma: Float, _ divergence: Float
  ) throws {
    let tensorflow = try TinyStackGAN(Self.stage1)
    #expect(abs(try tensorflow.divergence(mu, logSigma) - divergence) < 1e-6)
    let pytorch = try TinyStackGAN("graphs/stackgan/stage1.yaml", conditionName: "cond_dim")
    #expect(abs(try pytorch.divergence(mu, 2 * logSigma) - divergence) < 1e-6)
  }

  // MARK: Conditioning augmentation

  @Test func `the draw stays within two sigma and has the deviation of a cut normal`() throws {
    let model = try TinyStackGAN(Self.stage1, ["batch=64", "ef_dim=512"])
    let values = try model.iterate(save: ["drawn.ca.epsilon", "redrawn.ca.epsilon"])
    let first = try values.tensor("drawn.ca.epsilon").floats
    let second = try values.tensor("redrawn.ca.epsilon").floats
    #expect(first != second)
    for draw in [first, second] {
      #expect(draw.allSatisfy { abs($0) <= 2 })
      let square = draw.reduce(0) { $0 + $1 * $1 } / Float(draw.count)
      #expect(abs(square.squareRoot() - 0.8796) < 0.01)
    }
  }

  @Test func `without augmentation the plan neither draws nor measures`() throws {
    let model = try TinyStackGAN(Self.stage1, ["cond_augmentation=false"])
    let train = try model.plan.program("train")
    #expect(model.plan.report == ["d_loss", "g_loss", "real_loss", "wrong_loss", "fake_loss"])
    let drawn = train.calls.compactMap { call in
      if case .random(let draw) = call.kernel { draw.name } else { nil }
    }
    #expect(drawn.sorted() == ["fresh_noise", "noise"])
    let values = try model.iterate(save: ["drawn.ca.c", "drawn.ca.half.y0"])
    #expect(try values.tensor("drawn.ca.c") == values.tensor("drawn.ca.half.y0"))
  }

  @Test func `pictures without noise differ by the augmentation alone`() throws {
    for augments in [true, false] {
      let model = try TinyStackGAN(Self.stage1, ["cond_augmentation=\(augments)"])
      // Without a file the seed would choose the weights too.
      try model.writeFirstState()
      let text = HostTensor(shape: [4, 6], [Float](repeating: 0.5, count: 24))
      let picture = { (seed: Int) in
        try model.run(
          "sample_zero_noise", inputs: [("text", text)], startingFrom: "before.safetensors",
          seed: seed
        ).tensor("image")
      }
      #expect(try picture(1) == picture(1))
      #expect(try (picture(1) == picture(2)) == !augments)
    }
  }

  // MARK: Learning rates

  @Test func `Stage-I halves its rate every 50 epochs`() throws {
    let plan = try TinyStackGAN(Self.stage1).plan
    for optimizer in ["d", "g"] {
      let rate = try plan.rate(of: optimizer)
      #expect([0, 49].map(rate) == [2e-4, 2e-4])
      #expect([50, 99].map(rate) == [1e-4, 1e-4])
      #expect(rate(120) == 5e-5)
    }
  }

  @Test func `fine-tuning adds its sub-steps behind those of Stage-II, at a tenth of the rate`()
    throws
  {
    let plan = try TinyStackGAN(Self.stage2, ["finetune=true"]).plan
    #expect(plan.updates == ["hr_d", "hr_g", "g_by_hr", "d", "g"])
    for optimizer in ["hr_d", "hr_g"] {
      let rate = try plan.rate(of: optimizer)
      // Halved behind the pretrained epoch only.
      #expect([0, 600, 699, 700, 800].map(rate) == [2e-4, 2e-4, 2e-4, 1e-4, 5e-5])
    }
    for optimizer in ["g_by_hr", "d", "g"] {
      let rate = try plan.rate(of: optimizer)
      #expect(abs(rate(0) - 2e-5) < 1e-19)
      #expect(abs(rate(700) - 1e-5) < 1e-19)
    }
  }

  // MARK: Sub-steps

  /// With all other rates at 0, a sub-step changes its own network and leaves the rest as it is, bit for bit.
  @Test(arguments: [
    (stage1, [], ["d": "discriminator", "g": "generator"]),
    (
      stage2, ["finetune=true"],
      [
        "hr_d": "hr_discriminator", "hr_g": "hr_generator", "g_by_hr": "generator",
        "d": "discriminator", "g": "generator",
      ]
    ),
  ])
  func `a sub-step changes the weights of its network alone`(
    _ graph: String, _ sets: [String], _ networks: [String: String]
  ) throws {
    let model = try TinyStackGAN(graph, sets)
    #expect(Set(model.plan.updates) == Set(networks.keys))
    for (optimizer, network) in networks {
      let others = networks.keys.filter { $0 != optimizer }
      #expect(try model.changedNetworks(silencing: others) == [network], "\(optimizer)")
    }
  }

  @Test func `frozen, Stage-I keeps its weights while its statistics move`() throws {
    let model = try TinyStackGAN(Self.stage2)
    #expect(model.plan.updates == ["hr_d", "hr_g"])
    #expect(try model.changedNetworks(silencing: []) == ["hr_discriminator", "hr_generator"])
    #expect(
      try model.changedNetworks(silencing: [], role: .statistic)
        == ["generator", "hr_discriminator", "hr_generator"])
  }
}
