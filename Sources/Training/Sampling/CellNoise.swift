package import Runtime

/// Which random numbers a picture is drawn with.
///
/// Picture `number` of a seed has the numbers of row `number % batch` in step `number / batch` of a run with that
/// seed. A blend has the numbers `(1 - share) * a + share * b` of two seeds.
package struct Noise: Sendable, Hashable {
  package var seed: UInt64
  package var number = 0
  /// The other seed, and its share from 0 to 1.
  package var blend: Blend?

  package struct Blend: Sendable, Hashable {
    package var seed: UInt64
    package var share: Float
  }

  package init(seed: UInt64, number: Int = 0, blend: Blend? = nil) {
    self.seed = seed
    self.number = number
    self.blend = blend
  }
}

/// Gives every picture of a batch its own noise, whatever else is in the batch.
final class CellNoise {
  private let program: PictureProgram
  private let draws: [RandomDraw]
  /// Whether some numbers belong to a run as a whole, so that pictures of one run must agree on seed and step.
  let isShared: Bool
  private var known: [RunContextKey: [HostTensor]] = [:]

  private struct RunContextKey: Hashable {
    var seed: UInt64
    var step: UInt64
  }

  init(of program: PictureProgram, in session: Session) throws(RuntimeError) {
    self.program = program
    let own = program.program.randomCalls(of: program.batch)
    isShared = own.count < program.program.randomCalls.count
    draws = try own.map { call throws(RuntimeError) in
      try RandomDraw(call, of: program.program, on: session.machine)
    }
  }

  /// What the numbers that belong to a run as a whole are drawn with.
  func context(of noise: Noise) -> RunContext {
    RunContext(seed: noise.seed, step: UInt64(noise.number / program.batch))
  }

  /// Puts the numbers of each picture into its row.
  func fill(_ noises: [Noise]) throws(RuntimeError) {
    known = [:]
    for (index, draw) in draws.enumerated() {
      var rows = HostRows(capacity: noises.count)
      for noise in noises { rows.append(row(of: noise, in: index)) }
      try program.bound.override(draw.name, with: rows.tensor(shape: draw.shape))
    }
  }

  private func row(of noise: Noise, in index: Int) -> HostTensor {
    let first = row(noise.number, seed: noise.seed, in: index)
    guard let blend = noise.blend else { return first }
    let second = row(noise.number, seed: blend.seed, in: index)
    guard case .float32(let a) = first.elements, case .float32(let b) = second.elements else {
      return blend.share < 0.5 ? first : second
    }
    let mixed = zip(a, b).map { (1 - blend.share) * $0 + blend.share * $1 }
    return HostTensor(shape: first.shape, mixed)
  }

  private func row(_ number: Int, seed: UInt64, in index: Int) -> HostTensor {
    let key = RunContextKey(seed: seed, step: UInt64(number / program.batch))
    let numbers =
      known[key] ?? draws.map { $0.numbers(RunContext(seed: key.seed, step: key.step)) }
    known[key] = numbers
    return numbers[index].row(number % program.batch)
  }
}

/// Samples gathered into a batch, all of one type.
struct HostRows {
  private var floats: [Float] = []
  private var integers: [Int64] = []
  private var isWhole = false

  init(capacity: Int) { floats.reserveCapacity(capacity) }

  mutating func append(_ row: HostTensor) {
    switch row.elements {
    case .float32(let values): floats += values
    case .int64(let values):
      integers += values
      isWhole = true
    }
  }

  func tensor(shape: [Int]) -> HostTensor {
    isWhole ? HostTensor(shape: shape, integers) : HostTensor(shape: shape, floats)
  }
}

extension HostTensor {
  /// One element of the first axis, whose shape has the other axes.
  package func row(_ index: Int) -> HostTensor {
    let shape = Array(shape.dropFirst())
    let length = shape.reduce(1, *)
    switch elements {
    case .float32(let values):
      return HostTensor(shape: shape, Array(values[index * length..<(index + 1) * length]))
    case .int64(let values):
      return HostTensor(shape: shape, Array(values[index * length..<(index + 1) * length]))
    }
  }
}
