import Foundation
import Runtime
import Testing
import Training

/// StarGAN v2 without the reference: parameter counts, sizes, and formulas that have a value by hand.
@Suite struct StarGAN2Tests {
  private static let graph = "graphs/stargan2/stargan2.yaml"
  private static let tiny = [
    "batch=2", "image_size=32", "base_dim=4", "max_conv_dim=16", "domains=3", "style_dim=8",
    "latent_dim=6", "hidden_dim=16", "w_hpf=0", "mean_of=50",
  ]

  // MARK: Counts

  struct Size: CustomTestStringConvertible {
    var graph = StarGAN2Tests.graph
    var settings: [String] = []
    var counts: [(network: String, count: String)]
    var testDescription: String { graph + settings.joined(separator: " ") }
  }

  private static let published = [
    Size(counts: [
      ("generator", "43,467,395"), ("mapping_network", "2,438,272"),
      ("style_encoder", "20,916,928"), ("discriminator", "20,852,290"), ("fan", "6,333,603"),
    ]),
    Size(
      graph: "graphs/stargan2/afhq.yaml",
      counts: [
        ("generator", "33,892,995"), ("mapping_network", "3,259,072"),
        ("style_encoder", "20,949,760"), ("discriminator", "20,852,803"),
      ]),
    Size(
      settings: ["w_hpf=0", "domains=3", "image_size=64"],
      counts: [
        ("generator", "32,634,883"), ("mapping_network", "3,259,072"),
        ("style_encoder", "20,360,640"), ("discriminator", "20,263,683"),
      ]),
  ]

  @Test(arguments: published)
  func `networks have the authors' numbers of parameters`(_ size: Size) throws {
    let run = try Invocation(
      arguments: ["check", Repository.path(size.graph), "--no-layers"]
        + size.settings.flatMap { ["--set", $0] }, in: ScratchFolder())
    #expect(run.code == 0, "\(run.errors)")
    for (network, count) in size.counts {
      #expect(run.output.contains("network \(network): \(count) parameters"))
    }
    #expect(run.output.contains("network fan") == size.counts.contains { $0.network == "fan" })
  }

  @Test(arguments: ["100", "16", "48"])
  func `a size that cannot be halved down to 4x4 is refused with the rule`(_ size: String) throws {
    let run = try Invocation(
      arguments: ["check", Repository.path(Self.graph), "--set", "image_size=\(size)"],
      in: ScratchFolder())
    #expect(run.code == 65)
    #expect(
      run.errors.contains(
        "error: image_size must be a power of two, 32 or more, because blocks halve the picture "
          + "down to 4x4; image_size is the number \(size)"))
  }

  // MARK: First weights

  @Test func `first weights are he_init's, and averages begin as copies`() throws {
    let model = try CompiledGraph(
      Self.graph, Self.tiny + ["base_dim=32", "max_conv_dim=128", "hidden_dim=128"])
    _ = try model.run("reconstruct", model.pictures(["source"], labels: ["domain"]))
    let states = try model.states()
    var checked = 0
    for name in states.names where name.hasSuffix(".weight") && !name.contains("norm") {
      let weight = try states.tensor(name)
      guard weight.floats.count >= 16_384, !name.hasPrefix("optimizers/") else { continue }
      let fanIn = weight.shape.dropFirst().reduce(1, *)
      let mean = weight.floats.reduce(0, +) / Float(weight.floats.count)
      let variance = weight.floats.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      let deviation = (variance / Float(weight.floats.count)).squareRoot()
      let expected = (2 / Float(fanIn)).squareRoot()
      #expect(abs(deviation / expected - 1) <= 0.03, "\(name)")
      checked += 1
    }
    #expect(checked > 20)
    for name in states.names where name.hasSuffix(".bias") && !name.hasPrefix("optimizers/") {
      #expect(try states.tensor(name).floats.allSatisfy { $0 == 0 }, "\(name)")
    }
    for name in states.names where name.hasPrefix("generator/") {
      let average = name.replacing("generator/", with: "generator_ema/")
      #expect(try states.tensor(name).floats == states.tensor(average).floats, "\(name)")
    }
  }

  // MARK: Steps

  @Test func `each step updates its networks and no others`() throws {
    let model = try CompiledGraph(Self.graph, Self.tiny)
    let values = try model.run(
      "train",
      model.pictures(["source", "reference", "reference2"], labels: ["domain", "target"]),
      save: ["*/grad*/*"])
    let updated = Dictionary(
      grouping: values.names.filter { $0.contains("/grad") },
      by: { String($0.prefix { $0 != "/" }) }
    ).mapValues { names in Set(names.map { String($0.split(separator: "/")[2]) }) }
    #expect(
      updated == [
        "d_latent": ["discriminator"], "d_ref": ["discriminator"],
        "g_latent": ["generator", "mapping_network", "style_encoder"], "g_ref": ["generator"],
      ])
  }

  @Test func `the weight of the diversity loss falls to 0 and stays there`() throws {
    let model = try CompiledGraph(Self.graph, Self.tiny + ["lambda_ds=2", "ds_iterations=1000"])
    let inputs = try model.pictures(
      ["source", "reference", "reference2"], labels: ["domain", "target"])
    for (step, expected) in [(0, 2), (250, 1.5), (999, 0.002), (1000, 0), (5000, 0)] {
      let values = try model.run("train", inputs, options: ["--iteration", "\(step)"])
      let found = try values.tensor("weight_ds").floats[0]
      #expect(abs(found - Float(expected)) <= 1e-6, "step \(step)")
    }
  }

  // MARK: Truncation

  @Test func `psi draws the style towards the mean of its domain`() throws {
    let model = try CompiledGraph(Self.graph, Self.tiny)
    var inputs = try model.pictures(["source"], labels: ["target"])
    let noise = (0..<12).map { Float($0) / 7 - 0.8 }
    inputs.append(("noise", HostTensor(shape: [2, 6], noise)))
    // Fifty times the same latent: their mean is its style.
    let same = Array(noise.prefix(6))
    inputs.append(("many", HostTensor(shape: [50, 6], (0..<50).flatMap { _ in same })))
    inputs.append(("psi", HostTensor(shape: [2], [Float(0), 1])))
    let values = try model.run("truncated", inputs, save: ["s"])
    let (style, mean) = (
      try values.tensor("style").floats, try values.tensor("mean_style").floats
    )
    let raw = try values.tensor("s").floats
    #expect(style.prefix(8) == mean.prefix(8))
    for (found, expected) in zip(style.suffix(8), raw.suffix(8)) {
      #expect(abs(found - expected) <= 1e-6)
    }
    // Both samples have the same target, so that the mean style is the first sample's own.
    for (found, expected) in zip(mean.prefix(8), raw.prefix(8)) {
      #expect(abs(found - expected) <= 1e-5)
    }
    #expect(mean.prefix(8) == mean.suffix(8))
  }
}
