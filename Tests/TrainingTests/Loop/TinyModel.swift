import Plan
import Runtime
import Training

/// A model small enough to be written down by hand: a linear map from texts to pictures of 4 × 4 pixels.
///
/// One step is gradient descent on half the squared error, with noise on the target:
/// `error = text · weight + noise - image`, `weight -= rate · textᵀ · error`.
struct TinyModel {
  static let (batch, dimension, pixels) = (4, 8, 48)
  static let imageStrides = [48, 1, 12, 3]

  /// The learning rate's schedule.
  var rate = Schedule(start: 0.25)
  var hash = "hash of the tiny model"

  var plan: Plan {
    Plan(
      model: "tiny", sourceHash: hash, parameters: [:],
      states: [
        StateDeclaration(
          name: "generator/weight", shape: [Self.dimension, Self.pixels], role: .parameter,
          initializer: .normal(mean: 0, std: 0.1)),
        StateDeclaration(
          name: "sgd/steps", shape: [], role: .slot, initializer: .constant(0)),
        StateDeclaration(
          name: "average/weight", shape: [Self.dimension, Self.pixels], role: .average,
          initializer: .copy(of: "generator/weight")),
      ],
      data: [
        DataSource(input: "image", content: .images(ImageTransform(horizontalFlip: true))),
        DataSource(input: "text", content: .embeddings(captions: 1)),
      ],
      programs: [train, sample], report: ["loss"])
  }

  // MARK: Programs

  private var train: Program {
    let (batch, dimension, pixels) = (Self.batch, Self.dimension, Self.pixels)
    let whole = [pixels, 1]
    let tensors = [
      tensor([batch, dimension], .input(0), "text"),
      tensor([batch, 3, 4, 4], strides: Self.imageStrides, .input(1), "image"),
      tensor([], .input(2), "rate"),
      tensor([dimension, pixels], .state(0), "weight"),
      tensor([batch, pixels], .arena(offset: 0), "noise"),
      tensor([batch, pixels], .arena(offset: 1024), "fake"),
      tensor([batch, pixels], .arena(offset: 2048), "error"),
      tensor([], .arena(offset: 3072), "loss"),
      tensor([dimension, pixels], .arena(offset: 4096), "grad/generator/weight"),
      tensor([dimension, pixels], .state(0), "weight after"),
      tensor([], .state(1), "steps"),
      tensor([], .state(1), "steps after"),
      tensor([dimension, pixels], .state(2), "average"),
      tensor([dimension, pixels], .state(2), "average after"),
    ]
    let calls = [
      random(4, std: 0.01),
      matmul(0, 3, 5),
      tile(
        [batch, pixels], loads: [(5, whole), (4, whole), (1, whole)],
        ["add 0 1", "subtract 3 2", "multiply 4 4", "constant 0.00260416", "multiply 5 6"],
        stores: [(4, 6, whole)], reductions: [(7, 7, [0, 0])], label: "error"),
      matmul(0, 6, 8, transposeLeft: true),
      tile(
        [dimension, pixels],
        loads: [(3, whole), (8, whole), (2, [0, 0]), (12, whole)],
        [
          "multiply 1 2", "subtract 0 4", "constant 0.9", "multiply 3 6", "constant 0.1",
          "multiply 5 8", "add 7 9",
        ],
        stores: [(5, 9, whole), (10, 13, whole)], reductions: [], label: "update"),
      tile(
        [1], loads: [(10, [0])], ["constant 1", "add 0 1"], stores: [(2, 11, [1])],
        reductions: [], label: "count"),
    ]
    return program(
      "train", tensors, calls,
      inputs: [
        .init(name: "text", tensor: TensorID(0), source: .caller),
        .init(name: "image", tensor: TensorID(1), source: .caller),
        .init(name: "rate", tensor: TensorID(2), source: .schedule(rate)),
      ], outputs: [("loss", 7)], values: [("error", 6), ("grad/generator/weight", 8)], arena: 8192)
  }

  private var sample: Program {
    let (batch, dimension, pixels) = (Self.batch, Self.dimension, Self.pixels)
    let whole = [pixels, 1]
    let tensors = [
      tensor([batch, dimension], .input(0), "text"),
      tensor([dimension, pixels], .state(0), "weight"),
      tensor([batch, pixels], .arena(offset: 0), "noise"),
      tensor([batch, pixels], .arena(offset: 1024), "fake"),
      tensor([batch, 3, 4, 4], strides: Self.imageStrides, .arena(offset: 2048), "image"),
    ]
    let calls = [
      random(2, std: 0.01),
      matmul(0, 1, 3),
      tile(
        [batch, pixels], loads: [(3, whole), (2, whole)], ["add 0 1"],
        stores: [(2, 4, whole)], reductions: [], label: "image"),
    ]
    return program(
      "sample", tensors, calls,
      inputs: [.init(name: "text", tensor: TensorID(0), source: .caller)],
      outputs: [("image", 4)], values: [], arena: 4096)
  }

  // MARK: Parts

  private func program(
    _ name: String, _ tensors: [PlanTensor], _ calls: [Call], inputs: [Program.Input],
    outputs: [(String, Int)], values: [(String, Int)], arena: Int
  ) -> Program {
    let outputs = outputs.map { Program.NamedTensor(name: $0.0, tensor: TensorID($0.1)) }
    let values = values.map { Program.NamedTensor(name: $0.0, tensor: TensorID($0.1)) }
    let reference = ReferenceProgram(
      inputs: inputs, outputs: outputs, values: values,
      tensors: tensors.map { tensor in
        var tensor = tensor
        if case .arena = tensor.storage { tensor.storage = .own }
        return tensor
      }, calls: calls)
    return Program(
      name: name, inputs: inputs, outputs: outputs, values: values, fused: [], tensors: tensors,
      calls: calls,
      memory: MemoryReport(arena: arena, lowerBound: arena, withoutReuse: arena, heuristic: "hand"),
      reference: reference)
  }

  private func tensor(
    _ shape: [Int], strides: [Int]? = nil, _ storage: PlanTensor.Storage, _ label: String
  ) -> PlanTensor {
    PlanTensor(
      element: .float32, shape: shape, strides: strides ?? Layout.strides(shape),
      storage: storage, label: label)
  }

  private func random(_ target: Int, std: Double) -> Call {
    Call(
      .random(
        RandomCall(
          target: TensorID(target), distribution: .normal(mean: 0, std: std), key: 7,
          name: "noise")), label: "noise")
  }

  private func matmul(_ left: Int, _ right: Int, _ target: Int, transposeLeft: Bool = false)
    -> Call
  {
    Call(
      .matmul(
        MatmulCall(
          left: TensorID(left), right: TensorID(right), target: TensorID(target),
          transposeLeft: transposeLeft)), label: transposeLeft ? "gradient" : "fake")
  }

  private func tile(
    _ extent: [Int], loads: [(Int, [Int])], _ instructions: [String],
    stores: [(register: Int, tensor: Int, strides: [Int])],
    reductions: [(register: Int, tensor: Int, strides: [Int])], label: String
  ) -> Call {
    Call(
      .tile(
        TileCall(
          extent: extent,
          loads: loads.map {
            TileLoad(
              tensor: TensorID($0.0), strides: $0.1, divisors: extent.map { _ in 1 })
          },
          instructions: instructions.compactMap { TileInstruction(parsing: $0) },
          stores: stores.map {
            TileStore(register: $0.register, tensor: TensorID($0.tensor), strides: $0.strides)
          },
          reductions: reductions.map {
            TileReduction(
              kind: .sum, register: $0.register, tensor: TensorID($0.tensor), strides: $0.strides)
          })), label: label)
  }
}

extension TinyModel {
  /// Eight pictures of one colour each, with captions whose embeddings are the axes.
  static func dataSet(in folder: TemporaryFolder, named name: String = "data.safetensors") throws
    -> String
  {
    let colours = ["red", "green", "blue", "yellow", "pink", "cyan", "black", "white"]
    let rgb: [(UInt8, UInt8, UInt8)] = [
      (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (255, 0, 255), (0, 255, 255),
      (0, 0, 0), (255, 255, 255),
    ]
    let axes = (0..<8).flatMap { row in (0..<8).map { Float($0 == row ? 1 : 0) } }
    let outline = DataSetOutline(
      imageSize: (4, 4), captions: colours.map { ["a \($0) square"] },
      embeddings: HostTensor(shape: [8, 1, 8], axes), embedding: "axes")
    try DataSet.write(outline, to: folder.file(name)) { index throws(RuntimeError) in
      Picture(width: 4, height: 4, colour: rgb[index])
    }
    return folder.file(name)
  }
}
