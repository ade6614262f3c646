import Compiler
import FuzzSupport
import GraphIR
import GraphLanguage
import Operators
import Testing

/// Damaged files are refused with a place or still read; nothing traps, nothing hangs.
@Suite struct MutationTests {
  /// Files that include `blocks.yaml`, and `blocks.yaml` itself.
  private static let shipped = ["stage1.yaml", "emoji.yaml", "blocks.yaml"]

  /// Compiling takes a hundred times as long as reading: of the shipped files only a few mutants come so far.
  private static let compilingStride = runsSlowTests ? 50 : 400

  @Test(arguments: shipped)
  func `damaged shipped files are elaborated or refused with a place`(name: String) throws {
    let folder = "graphs/stackgan/"
    let (bytes, blocks) = (try shippedFile(folder + name), try shippedFile(folder + "blocks.yaml"))
    let main = try shippedFile(folder + "stage1.yaml")
    var accepted = 0
    let run = MutationRun(
      "yaml-\(name)", of: [bytes], count: mutationCount / Self.shipped.count + 1)
    let slow = try run.forEach { mutant in
      let files =
        name == "blocks.yaml"
        ? ["m.yaml": main, "blocks.yaml": mutant.bytes]
        : ["m.yaml": mutant.bytes, "blocks.yaml": blocks]
      guard let model = elaborate(files, "\(name) \(mutant.index)") else { return }
      accepted += 1
      if accepted % Self.compilingStride == 0 { compile(model, "\(name) \(mutant.index)") }
    }
    #expect(slow.isEmpty)
    #expect(accepted > 0)
  }

  /// A small model of many operators, of whose accepted mutants more are compiled.
  @Test func `damaged small models are compiled or refused with a place`() throws {
    let whole = Array(Self.small.utf8)
    compile(try #require(elaborate(["m.yaml": whole], "undamaged")), "undamaged")
    var accepted = 0
    let run = MutationRun("yaml-small", of: [whole])
    let slow = try run.forEach { mutant in
      guard let model = elaborate(["m.yaml": mutant.bytes], "\(mutant.index)") else { return }
      accepted += 1
      if accepted.isMultiple(of: 40) { compile(model, "\(mutant.index)") }
    }
    #expect(slow.isEmpty)
    #expect(accepted > 0)
  }

  /// The model of mutant `m.yaml`; nil where it is refused, which must be with places.
  private func elaborate(_ files: [String: [UInt8]], _ label: String) -> Model? {
    let loader = SourceLoader { (path) throws(SourceLoader.Failure) in
      guard let bytes = files[path] else { throw .missing }
      return bytes
    }
    do throws(Diagnostics) {
      let document = try Document.parse(path: "m.yaml", loader: loader)
      return try Elaborator.elaborate(document, catalog: .standard, sourceHash: "")
    } catch {
      #expect(!error.all.isEmpty, "\(label)")
      for diagnostic in error.all where diagnostic.location == nil {
        Issue.record("\(label) has no place: \(diagnostic)")
      }
      return nil
    }
  }

  /// A model that elaborates compiles, or is refused with a place; it never uncovers a bug of the compiler.
  private func compile(_ model: Model, _ label: String) {
    do {
      _ = try Compiler.compile(model, options: CompileOptions())
    } catch let error as Diagnostic {
      #expect(error.location != nil, "\(label) has no place: \(error)")
    } catch {
      Issue.record("\(label): \(error)")
    }
  }

  private static let small = """
    planform: 1
    name: small
    params: { batch: 4, width: 4 }
    blocks:
      up:
        params: [channels]
        nodes:
          - upsample:   { from: input, scale: 2, mode: nearest }
          - conv2d:     { channels: channels, kernel: 3, padding: 1, bias: false }
          - batch_norm:
          - leaky_relu: { negative_slope: 0.2 }
    networks:
      g:
        let: { wide: width * 2 }
        inputs: { noise: [batch, 8] }
        nodes:
          - linear:  { features: wide * 4 }
          - reshape: { to: [wide, 2, 2] }
          - repeat:  { times: 2, index: i, nodes: [{ up: { channels: wide // 2 ** (i + 1) } }] }
          - conv2d:  { channels: 3, kernel: [3, 3], padding: same, init: { weight: { normal: [0, 0.02] } } }
          - tanh:
      d:
        inputs: { image: [any, 3, 8, 8] }
        nodes:
          - conv2d:      { channels: width, kernel: 4, stride: 2, padding: 1 }
          - max_pool:    { kernel: 2 }
          - split:       { as: half, axis: 1, parts: 2 }
          - concat:      { from: [half.y1, half.y0], axis: 1 }
          - pad:         { padding: 1 }
          - slice:       { axis: [2, 3], start: [1, 1], stop: [3, 3] }
          - flatten:
          - dropout:     { p: 0.5 }
          - linear:      { features: 1 }
          - reshape:     { to: [] }
    optimizers:
      o: { adam: { lr: { start: 1e-3, halve_every: 10 epochs } }, update: [g] }
      p: { sgd: { lr: 0.01, momentum: 0.9 }, update: [d] }
    data:
      image: { from: images, resize: 9, random_crop: 8, range: [-1, 1] }
    train:
      inputs: { image: [batch, 3, 8, 8] }
      steps:
        - judge:
            - normal:   { as: noise, shape: [batch, 8] }
            - g:        { as: drawn, from: noise }
            - stop_gradient: { as: frozen, from: drawn }
            - d:        { as: real, from: image }
            - d:        { as: fake, from: frozen }
            - loss:     { as: d_loss, value: "bce(real, 1) + bce(fake[:batch - 1], 0)" }
            - minimize: { loss: d_loss, with: p }
        - draw:
            - d:        { as: judged, from: drawn }
            - loss:     { as: g_loss, value: "mean((judged - 1) ** 2) + l1(drawn, image)" }
            - minimize: { loss: g_loss, with: o }
            - average:  { network: g, into: g_ema, decay: 0.99 }
      report: [d_loss, g_loss]
    sample:
      inputs: { noise: [batch, 8] }
      nodes:
        - g_ema: { as: image, from: noise, mode: eval }
      outputs: { image: image }
    """
}
