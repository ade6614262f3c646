import Runtime
import Testing
import Training

/// StarGAN v2 against numbers of the authors' networks in PyTorch: two iterations of four steps, from imported weights.
@Suite struct StarGAN2ReferenceTests {
  static let sizes = [
    "batch=2", "image_size=32", "base_dim=4", "max_conv_dim=16", "domains=3", "style_dim=8",
    "latent_dim=6", "hidden_dim=16", "w_hpf=0", "lambda_ds=2", "mean_of=50",
    // The reference keeps the weight of the diversity loss.
    "ds_iterations=1000000000",
  ]

  /// A bias in front of an instance normalisation changes nothing: its gradient is zero, and what both programs find
  /// is the rounding of sums that cancel.
  private static func hasNoEffect(_ name: String) -> Bool {
    name.hasPrefix("generator")
      && (name.hasSuffix("conv1.bias") || name.hasSuffix("conv2.bias")
        || name.hasSuffix("from_rgb.bias"))
  }

  @Test(arguments: ReferenceRun.ways)
  func `two iterations give the losses, gradients, weights and pictures of PyTorch`(
    _ way: [String]
  ) throws {
    let run = try ReferenceRun(
      graph: "graphs/stargan2/stargan2.yaml", fixture: "stargan2.safetensors", sizes: Self.sizes,
      way: way)
    for iteration in 0..<2 { try compare(iteration, of: run) }
    try compareWeights(try run.weights(after: 1), of: run)
    try comparePictures(of: run)
  }

  private func compare(_ iteration: Int, of run: ReferenceRun) throws {
    let given = "iter\(iteration)/in/"
    let values = try run.iterate(
      iteration,
      inputs: [
        "source": given + "x_src", "domain": given + "y_src", "reference": given + "x_ref",
        "reference2": given + "x_ref2", "target": given + "y_ref", "z": given + "z_trg",
        "z2": given + "z_trg2",
      ],
      save: ["*/grad/*"])
    for (step, count) in [("d_latent", 20), ("d_ref", 20)] {
      let theirs = "iter\(iteration)/\(step)/"
      try run.expectLosses(
        in: values,
        [
          "\(step)_loss": "loss", "\(step).real": "real", "\(step).fake": "fake",
          "\(step).reg": "reg",
        ], below: theirs)
      try run.expectGradients(
        try run.gradients(in: values, prefix: "\(step)/grad/"), count: count,
        below: theirs + "grad/")
    }
    for (step, count) in [("g_latent", 112), ("g_ref", 56)] {
      let theirs = "iter\(iteration)/\(step)/"
      try run.expectLosses(
        in: values,
        [
          "\(step)_loss": "loss", "\(step).adv": "adv", "\(step).sty": "sty", "\(step).ds": "ds",
          "\(step).cyc": "cyc",
        ], below: theirs)
      try run.expectGradients(
        try run.gradients(in: values, prefix: "\(step)/grad/"), count: count,
        below: theirs + "grad/", vanishing: Self.hasNoEffect)
    }
  }

  /// Weights and moving averages; a bias without effect moves by less than its four steps.
  private func compareWeights(_ found: SafetensorsFile, of run: ReferenceRun) throws {
    #expect(found.names.count == 132 + 112)
    for name in found.names {
      let reference =
        name.contains("_ema/")
        ? "final_ema/" + name.replacing("_ema/", with: "/") : "final/" + name
      let expected = try run.reference.tensor(reference).floats
      let difference = zip(try found.tensor(name).floats, expected).map { abs($0 - $1) }.max() ?? 0
      #expect(difference <= (Self.hasNoEffect(name) ? 8e-4 : 1e-4), "\(reference)")
    }
  }

  /// Styles, fakes by the moving averages, and D's opinion of the sources.
  private func comparePictures(of run: ReferenceRun) throws {
    let values = try run.iterate(
      2, program: "sample",
      inputs: [
        "source": "iter1/in/x_src", "target": "iter1/in/y_ref", "noise": "iter1/in/z_trg",
      ],
      save: ["s"])
    for (ours, theirs) in [("image", "eval/fake"), ("s", "eval/style")] {
      let expected = try run.reference.tensor(theirs).floats
      let scale = expected.map(abs).max() ?? 0
      let found = try values.tensor(ours).floats
      let difference = zip(found, expected).map { abs($0 - $1) }.max() ?? .infinity
      #expect(found.count == expected.count && difference <= 1e-5 * scale, "\(theirs)")
    }
  }
}
