import Foundation
import Runtime
import Testing
import Training

/// `planform sample` on a model of translations: a picture, another one or noise for the style, and a class.
@Suite(.serialized, .enabled(if: (try? Picture.requireSupport()) != nil)) struct SampleTests {
  /// One trained model for all tests, which therefore take turns.
  private static let prepared = Result { try prepare() }
  let folder: ScratchFolder

  init() throws { folder = try Self.prepared.get() }

  private static func prepare() throws -> ScratchFolder {
    let folder = try ScratchFolder()
    try folder.write(model, to: "model.yaml")
    for (name, shade) in [("cat", 40), ("dog", 120), ("owl", 200)] {
      try FileManager.default.createDirectory(
        at: folder.url("pictures/\(name)"), withIntermediateDirectories: true)
      for index in 0..<2 {
        let colour = (red: UInt8(shade), green: UInt8(255 - shade), blue: UInt8(index * 90))
        try Picture(width: 12, height: 8, colour: colour)
          .write(to: folder.path("pictures/\(name)/\(index).png"))
      }
    }
    try succeed(
      ["data", "folder", "pictures", "-o", "data.safetensors", "--size", "8"], in: folder)
    try succeed(["compile", "model.yaml", "-o", "model.plan", "--quiet"], in: folder)
    try succeed(training(into: "run"), in: folder)
    return folder
  }

  private static func training(into run: String) -> [String] {
    [
      "train", "model.plan", "--data", "data.safetensors", "--out", run, "--steps", "1",
      "--sample-every", "1",
    ]
  }

  private static func succeed(_ arguments: [String], in folder: ScratchFolder) throws {
    let invocation = try Invocation(arguments: arguments, in: folder)
    try #require(invocation.code == 0, "\(arguments): \(invocation.errors)")
  }

  private static let model = """
    planform: 1
    name: translation
    params: { batch: 3 }
    networks:
      generator:
        inputs: { x: [batch, 3, 8, 8], shift: [batch, 3] }
        nodes:
          - reshape:  { as: everywhere, from: shift, to: [3, 1, 1] }
          - conv2d:   { as: seen, from: x, channels: 3, kernel: 3, padding: 1 }
          - compute:  { as: y, value: x + 0.3 * seen + 0.3 * everywhere }
          - upsample: { as: twice, from: y, scale: 2, mode: nearest }
        outputs: { small: y, large: twice }
      style:
        inputs: { x: [batch, 3, 8, 8], y: { shape: [batch], type: int64 } }
        nodes:
          - reshape: { as: flat, from: x, to: [192] }
          - one_hot: { as: class, from: y, classes: 3 }
          - concat:  { from: [flat, class] }
          - linear:  { features: 3 }
    optimizers:
      o: { adam: { lr: 0.001 }, update: [generator, style] }
    draws:
      reference: { balanced: true }
    data:
      source: { from: images, resize: 8, range: [-1, 1] }
      other:  { from: images, of: reference, resize: 8, range: [-1, 1] }
      target: { from: labels, of: reference }
    train:
      inputs:
        source: [batch, 3, 8, 8]
        other: [batch, 3, 8, 8]
        target: { shape: [batch], type: int64 }
      steps:
        - fit:
            - style:     { as: s, from: [other, target] }
            - generator: { as: out, from: [source, s] }
            - loss:      { as: error, value: "mean((out.small - source) ** 2)" }
            - minimize:  { loss: error, with: o }
      report: [error]
    sample:
      inputs: { source: [batch, 3, 8, 8], target: { shape: [batch], type: int64 } }
      nodes:
        - normal:    { as: noise, shape: [batch, 3, 8, 8] }
        - style:     { as: s, from: [noise, target] }
        - generator: { as: out, from: [source, s] }
      outputs: { image: out.small }
    reference:
      inputs:
        source: [batch, 3, 8, 8]
        other: [batch, 3, 8, 8]
        target: { shape: [batch], type: int64 }
      nodes:
        - style:     { as: s, from: [other, target] }
        - generator: { as: out, from: [source, s] }
      outputs: { small: out.small, large: out.large }
    loud:
      inputs:
        source: [batch, 3, 8, 8]
        other: [batch, 3, 8, 8]
        target: { shape: [batch], type: int64 }
        gain: []
      nodes:
        - compute:   { as: loud, value: other * gain }
        - style:     { as: s, from: [loud, target] }
        - generator: { as: out, from: [source, s] }
      outputs: { small: out.small, large: out.large }
    """

  private func numbers(_ name: String, _ arguments: String...) throws -> [[Float]] {
    try Self.succeed(
      ["sample", "model.plan", "--weights", "run/checkpoint.safetensors", "--tensor", "t"]
        + arguments, in: folder)
    let tensor = try SafetensorsFile.read(path: folder.path("t")).tensor(name)
    let length = tensor.count / tensor.shape[0]
    let floats = tensor.floats
    return (0..<tensor.shape[0]).map { Array(floats[$0 * length..<($0 + 1) * length]) }
  }

  @Test func `a matrix of sources and references shows each pair as it is alone`() throws {
    let matrix = try numbers(
      "large", "--program", "reference", "--rows", "source=pictures/cat", "--columns",
      "other=pictures/dog", "--input", "target=owl", "--data", "data.safetensors",
      "-o", "matrix.png", "--frames", "frames")
    #expect(matrix.count == 4)
    let alone = try numbers(
      "large", "--program", "reference", "--input", "source=pictures/cat/1.png", "--input",
      "other=pictures/dog/0.png", "--input", "target=2")
    #expect(matrix[2] == alone[0])
    #expect(Set(matrix).count == 4)
    let sheet = try Picture.read(path: folder.path("matrix.png"))
    // The corner is white, and a header is the picture that was given.
    #expect(sheet[20, 20] == (255, 255, 255))
    #expect(sheet[20, sheet.height - 190] == (40, 215, 90))
    let frame = try Picture.read(path: folder.path("frames/001-000.png"))
    // The small output enlarged above the large one, a line between.
    #expect((frame.width, frame.height) == (16, 33))
    #expect(frame[3, 3] == frame[3, 20])
    #expect(folder.has("frames/001-001.png"))
  }

  @Test func `a number that a whole run shares may differ from cell to cell`() throws {
    let drawn = try numbers(
      "small", "--program", "loud", "--input", "source=pictures/cat/0.png", "--input",
      "other=pictures/owl/0.png", "--rows", "target=0-2", "--columns", "gain=0:2:3")
    #expect(drawn.count == 9)
    let alone = try numbers(
      "small", "--program", "loud", "--input", "source=pictures/cat/0.png", "--input",
      "other=pictures/owl/0.png", "--input", "target=1", "--input", "gain=2")
    #expect(drawn[5] == alone[0])
    #expect(drawn[3] != drawn[4])
  }

  @Test func `inputs of one direction change together`() throws {
    let together = try numbers(
      "image", "--rows", "source=data:0,5", "--columns", "target=0,1,2", "--columns",
      "seed=0:2:3", "--data", "data.safetensors")
    #expect(together.count == 6)
    let alone = try numbers(
      "image", "--input", "source=data:5", "--input", "target=owl", "--seed", "2", "--data",
      "data.safetensors")
    #expect(together[5] == alone[0])
  }

  @Test func `pictures from files are those of the data set made from them`() throws {
    let file = try numbers(
      "image", "--input", "source=pictures/dog/1.png", "--input", "target=0")
    let stored = try numbers(
      "image", "--input", "source=data:3", "--input", "target=0", "--data", "data.safetensors")
    #expect(file == stored)
  }

  @Test func `the user may say which numbers are black and white`() throws {
    let drawn = try numbers(
      "image", "--input", "source=pictures/cat/0.png", "--input", "target=0", "--range=-2,2",
      "--frames", "wide")
    let pixel = try Picture.read(path: folder.path("wide/000-000.png"))[0, 0]
    let expected = ((Double(drawn[0][0]) + 2) * 63.75).rounded()
    #expect(Double(pixel.red) == expected)
  }

  @Test func `training draws the program's sheet from the data set, always the same`() throws {
    try Self.succeed(Self.training(into: "again"), in: folder)
    for file in ["samples.png", "samples-reference.png", "samples/000001-reference.png"] {
      #expect(try folder.bytes(of: "again/\(file)") == folder.bytes(of: "run/\(file)"))
    }
    // Sources and references are six pictures at most, here four of each: five columns of 96 pixels with the headers.
    let matrix = try Picture.read(path: folder.path("run/samples-reference.png"))
    #expect(matrix.width == 2 * 12 + 96 + 4 * (96 + 12))
  }

  @Test func `the class follows the reference picture of the data set`() throws {
    let followed = try numbers(
      "small", "--program", "reference", "--rows", "source=data:0", "--columns", "other=data:1,5",
      "--data", "data.safetensors")
    let given = try numbers(
      "small", "--program", "reference", "--rows", "source=data:0", "--columns", "other=data:1,5",
      "--columns", "target=cat,owl", "--data", "data.safetensors")
    #expect(followed == given)
  }

  @Test(
    arguments: [
      (
        ["--input", "sorce=x"], 65,
        "no input 'sorce' (did you mean 'source'?); it has 'source' [3, 3, 8, 8]"
      ),
      (["--input", "target=1"], 66, "needs 'source' [3, 3, 8, 8] (picture); give"),
      (["--input", "source=none.png"], 66, "cannot read 'none.png'"),
      (["--input", "source=model.yaml"], 65, "expected a PNG or JPEG picture"),
      (["--input", "target=owl"], 65, "names need a data set with classes, given by --data"),
      (["--rows", "source"], 64, "--rows: expected NAME=VALUE, found 'source'"),
      (["--range", "1"], 64, "--range: expected LOW,HIGH such as 0,1, found '1'"),
      (["--program", "smaple"], 65, "the plan has no program 'smaple'"),
      (
        ["--data", "data.safetensors", "--label", "oul"], 65, "no class 'oul'; did you mean 'owl'?"
      ),
      (["--text", "x"], 65, "takes no texts"),
    ] as [([String], Int32, String)])
  func `wrong use is explained`(_ arguments: [String], _ code: Int32, _ text: String) throws {
    let invocation = try Invocation(
      arguments: [
        "sample", "model.plan", "--weights", "run/checkpoint.safetensors", "-o", "x.png",
      ] + arguments, in: folder)
    #expect(invocation.code == code)
    #expect(invocation.errors.contains(text), "\(invocation.errors)")
    #expect(!folder.has("x.png"))
  }
}
