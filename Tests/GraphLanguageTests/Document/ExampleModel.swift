import GraphIR
import GraphLanguage

/// A model that uses every part of the language, as files in memory.
enum ExampleModel {
  static let blocks = """
    blocks:
      upBlock:
        params: [channels, {scale: 2}]
        nodes:
          - upsample:   { scale: scale, mode: nearest }
          - conv2d:     { channels: channels, kernel: 3, padding: 1 }
          - batch_norm:
          - relu
      CA:
        params: { dim: }
        inputs: text
        nodes:
          - linear: { features: dim * 2 }
          - split:  { as: halves, axis: 1, parts: 2 }
          - compute: { as: c, value: "halves.a + exp(halves.b / 2) * 0.5" }
        outputs: { c: c, mu: halves.a, logvar: halves.b }
    """

  static let main = """
    planform: 1
    name: stackgan-stage1
    include: [blocks.yaml]
    params: { batch: 64, text_dim: 1024, gf_dim: 128, steps: 1e5, jitter: true, norm: batch }
    let: { half: batch // 2 }
    networks:
      generator:
        let: { ngf: gf_dim * 8 }
        inputs: { text: [batch, text_dim], noise: [any, 100], label: {shape: [batch], type: int64} }
        init:
          conv2d: { weight: { normal: [0, 0.02] } }
        nodes:
          - CA:      { as: ca, from: text, dim: 128 }
          - concat:  { from: [noise, ca.c] }
          - linear:  { as: fc, features: ngf * 16, bias: false, init: { weight: { normal: [0, 1] } } }
          - repeat:
              times: 4
              index: i
              nodes: [{ upBlock: { channels: ngf / 2 ** (i + 1) } }]
          - branches: { as: heads, nodes: [[relu, tanh], []] }
          - branches: { as: down, count: 3, index: k, nodes: [conv2d: {channels: k + 1}] }
          - add:     { as: image, from: "heads[*]", when: jitter and gf_dim > 1 }
        outputs: { image: image, mu: ca.mu }
      critic:
        inputs: { h: [any, gf_dim], condition: [any, 128] }
        nodes:
          - concat: { from: { first: h, second: condition } }
    optimizers:
      d:
        adam: { lr: { start: 2e-4, halve_every: 100 epochs, from: 600 epochs }, betas: [0.5, 0.999] }
        update: [critic]
      g:
        adam: { lr: 4e-4, betas: [0.5, 0.999] }
        update: gen*
    data:
      image: { from: images, resize: 76, random_crop: 64, flip: horizontal, range: [-1, 1] }
      text: { from: embeddings, captions: half // 8 }
      label: { from: labels }
    train:
      inputs: { image: [batch, 3, 64, 64], text: [batch, text_dim] }
      schedules: { lambda_ds: { start: 1, linear_to: 0, over: steps iterations, warmup: 1 epoch } }
      steps:
        - fake:
            - normal: { as: noise, shape: [batch, 100] }
            - generator: { as: g, from: { text: text, noise: noise } }
        - discriminator:
            - critic: { as: wrong, from: ["h[:batch-1]", "condition[1:]"] }
            - gradient: { as: slope, of: "sum(wrong)", to: image }
            - loss: { as: d_loss, value: "bce(wrong, 0) + lambda_ds * sum(slope ** 2)" }
            - minimize: { loss: d_loss, with: d }
            - average: { network: generator, into: generator_ema, decay: 0.999 }
      report: [d_loss]
    sample:
      inputs: { text: [batch, text_dim] }
      nodes:
        - generator: { as: g, from: text, mode: eval }
      outputs: { image: g.image }
    """

  static func loader(_ files: [String: String]) -> SourceLoader {
    SourceLoader { (path) throws(SourceLoader.Failure) in
      guard let text = files[path] else { throw .missing }
      return Array(text.utf8)
    }
  }

  static func parse(
    main: String = main, overrides: [String] = [], others: [String: String] = [:]
  ) throws -> Document {
    var files = others
    files["m.yaml"] = main
    if files["blocks.yaml"] == nil { files["blocks.yaml"] = blocks }
    return try Document.parse(
      path: "m.yaml", overrides: Overrides(overrides), loader: loader(files))
  }

  /// What parsing `main` complains of, one line a string.
  static func errors(
    _ main: String, overrides: [String] = [], others: [String: String] = [:]
  ) -> [String] {
    do {
      _ = try parse(main: main, overrides: overrides, others: others)
      return []
    } catch let errors as Diagnostics {
      return errors.description.split(separator: "\n").map(String.init)
    } catch {
      return ["\(error)"]
    }
  }
}
