import Foundation
import Runtime
import Testing
import Training

/// GAN-CLS and GAN-INT-CLS against numbers of the same networks in PyTorch, from imported weights.
@Suite struct GanClsReferenceTests {
  static let graph = "graphs/text_to_image/gan_cls.yaml"
  static let sizes = ["batch=4", "gf_dim=4", "df_dim=4", "text_dim=20", "t_dim=6", "z_dim=8"]

  @Test(arguments: ReferenceRun.ways)
  func `two iterations of GAN-CLS give the losses, gradients and weights of PyTorch`(
    _ way: [String]
  ) throws {
    let run = try ReferenceRun(
      graph: Self.graph, fixture: "gan_cls.safetensors", sizes: Self.sizes, way: way)
    for step in 0..<2 {
      let values = try run.iterate(
        step, inputs: Self.inputs(of: step), save: ["*/grad/*", "*/grad_2/*"])
      try Self.expectIteration(step, in: values, of: run)
    }
    try run.expectWeights(try run.weights(after: 1), count: 42, except: Self.isCentred)
  }

  @Test(arguments: ReferenceRun.ways)
  func `an iteration of GAN-INT-CLS gives the losses, gradients and weights of PyTorch`(
    _ way: [String]
  ) throws {
    let run = try ReferenceRun(
      graph: Self.graph, fixture: "gan_int_cls.safetensors",
      sizes: Self.sizes + ["interp_weight=1"], way: way)
    let values = try run.iterate(
      0,
      inputs: [
        "image": "step0/in/image", "wrong": "step0/in/wrong_image", "text": "step0/in/text",
        "noise": "step0/in/noise", "asked.interp_noise": "step0/in/interp_noise",
      ], save: ["*/grad/*", "*/grad_2/*"])
    try Self.expectIteration(0, in: values, of: run)
    try run.expectWeights(try run.weights(after: 0), count: 42, except: Self.isCentred)
  }

  /// The discriminator is as sure of one as of the other: each of its three losses is ln 2.
  @Test func `without an opinion the discriminator's loss is 3 ln 2`() throws {
    let run = try ReferenceRun(
      graph: Self.graph, fixture: "gan_cls.safetensors", sizes: Self.sizes)
    try run.replaceWeights { name, tensor in
      name.hasPrefix("discriminator/logit.") ? tensor.filled(with: 0) : tensor
    }
    let values = try run.iterate(0, inputs: Self.inputs(of: 0))
    let ln2: Float = 0.693_147_18
    for name in ["real_loss", "wrong_loss", "fake_loss"] {
      #expect(abs(try values.tensor(name).floats[0] - ln2) < 1e-6)
    }
    #expect(abs(try values.tensor("d_loss").floats[0] - 3 * ln2) < 3e-6)
  }

  @Test func `an iteration updates the discriminator once and the generator twice`() throws {
    let run = try ReferenceRun(
      graph: Self.graph, fixture: "gan_cls.safetensors", sizes: Self.sizes)
    let values = try run.iterate(0, inputs: Self.inputs(of: 0), save: ["*/grad*/*"])
    let state = try SafetensorsFile.read(path: run.folder.path("state1.safetensors"))
    #expect(try state.tensor("optimizers/d/step").floats == [1])
    #expect(try state.tensor("optimizers/g/step").floats == [2])
    // The gradient of each step is the gradient of what that step updates, and of nothing else.
    for name in values.names where name.contains("/grad") {
      let parts = name.split(separator: "/")
      #expect(parts[0] == parts[2], "\(name)")
    }
  }

  @Test func `the generator's steps leave the discriminator as it is, bit for bit`() throws {
    let weights = try ["g_steps=1", "g_steps=2"].map { steps in
      let run = try ReferenceRun(
        graph: Self.graph, fixture: "gan_cls.safetensors", sizes: Self.sizes + [steps])
      _ = try run.iterate(0, inputs: Self.inputs(of: 0))
      return try run.weights(after: 0)
    }
    for name in weights[0].names {
      let same = try weights[0].tensor(name).floats == weights[1].tensor(name).floats
      #expect(same == name.hasPrefix("D."), "\(name)")
    }
  }

  // MARK: Numbers

  /// Whether a parameter is a bias that a batch normalisation takes away again.
  private static func isCentred(_ name: String) -> Bool {
    [
      "D.conv1.bias", "D.conv2.bias", "D.conv3.bias", "D.joint.bias", "G.deconv1.bias",
      "G.deconv2.bias", "G.deconv3.bias",
    ].contains(name)
  }

  private static func inputs(of step: Int) -> KeyValuePairs<String, String> {
    [
      "image": "step\(step)/in/image", "wrong": "step\(step)/in/wrong_image",
      "text": "step\(step)/in/text", "noise": "step\(step)/in/noise",
    ]
  }

  private static func expectIteration(
    _ step: Int, in values: SafetensorsFile, of run: ReferenceRun
  ) throws {
    try run.expectLosses(
      in: values,
      [
        "d_loss": "d_loss", "real_loss": "real", "wrong_loss": "wrong", "fake_loss": "fake_loss",
        "g_loss": "g_loss0", "g_loss_2": "g_loss1",
      ], below: "step\(step)/out/")
    try run.expectGradients(
      try run.gradients(in: values, prefix: "discriminator/grad/"), count: 22,
      below: "step\(step)/gradD/",
      vanishing: isCentred)
    for (update, theirs) in [("grad", "gradG0"), ("grad_2", "gradG1")] {
      try run.expectGradients(
        try run.gradients(in: values, prefix: "generator/\(update)/"), count: 20,
        below: "step\(step)/\(theirs)/",
        vanishing: isCentred)
    }
  }
}

extension ReferenceRun {
  /// Changes the weights that the first iteration begins with.
  func replaceWeights(_ replacement: (String, HostTensor) -> HostTensor) throws {
    let path = folder.path("state0.safetensors")
    let file = try SafetensorsFile.read(path: path)
    let tensors = try file.names.map { ($0, replacement($0, try file.tensor($0))) }
    try SafetensorsFile.write(tensors, to: path)
  }
}

extension HostTensor {
  fileprivate func filled(with value: Float) -> HostTensor {
    HostTensor(shape: shape, [Float](repeating: value, count: shape.reduce(1, *)))
  }
}
