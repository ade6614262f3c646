import Glibc
import Plan
import Testing

@testable import Runtime

@Suite struct StateStoreTests {
  private func state(_ name: String, _ shape: [Int], _ initializer: Initializer) -> StateDeclaration
  {
    StateDeclaration(name: name, shape: shape, role: .parameter, initializer: initializer)
  }

  private func store(
    _ declarations: [StateDeclaration], seed: UInt64,
    _ instructions: Machine.InstructionSet = .portable
  ) throws -> StateStore {
    try StateStore(declarations, seed: seed, on: Machine(instructions: instructions, threads: 2))
  }

  @Test func `first values depend on seed and name, not on the order`() throws {
    let (a, b) = (
      state("a", [4, 5], .normal(mean: 0, std: 1)), state("b", [20], .uniform(low: 0, high: 1))
    )
    let one = try store([a, b], seed: 7)
    let two = try store([b, a], seed: 7)
    #expect(try one.tensor("a") == two.tensor("a"))
    #expect(try one.tensor("b") == two.tensor("b"))
    #expect(try one.tensor("a") != store([a], seed: 8).tensor("a"))
    #expect(try one.tensor("a").floats != one.tensor("b").floats)
  }

  @Test(arguments: Machine.InstructionSet.allCases.filter(\.isAvailable))
  func `first values are the name's numbers to the last bit`(
    instructions: Machine.InstructionSet
  ) throws {
    let initializers: [Initializer] = [
      .normal(mean: 0, std: 0.02), .normal(mean: 1, std: 0.02), .truncatedNormal(mean: 0, std: 1),
      .uniform(low: -0.3, high: 0.1),
    ]
    let distributions: [RandomCall.Distribution] = [
      .normal(mean: 0, std: 0.02), .normal(mean: 1, std: 0.02), .truncatedNormal(mean: 0, std: 1),
      .uniform(low: -0.3, high: 0.1),
    ]
    for (initializer, distribution) in zip(initializers, distributions) {
      // A number in two hundred thousand is too close to a tie to be drawn by the vectorised loop.
      let store = try store([state("w", [130, 50, 9, 9], initializer)], seed: 3, instructions)
      let drawn = try store.tensor("w").floats
      var wrong = 0
      RandomStream(name: "w", seed: 3).draw(drawn.count, from: distribution) {
        if drawn[$0].bitPattern != Float($1).bitPattern { wrong += 1 }
      }
      #expect(wrong == 0)
    }
  }

  @Test func `a copy starts as its origin, through a chain`() throws {
    let store = try store(
      [
        state("c", [3, 2], .copy(of: "b")), state("b", [3, 2], .copy(of: "a")),
        state("a", [3, 2], .normal(mean: 0, std: 1)),
      ], seed: 1)
    #expect(try store.tensor("c") == store.tensor("a"))
  }

  @Test func `first values do not depend on what else is asked for, nor when`() throws {
    let declarations = [
      state("a", [4, 5], .normal(mean: 0, std: 1)), state("b", [20], .uniform(low: 0, high: 1)),
      state("c", [4, 5], .copy(of: "a")),
    ]
    let all = try store(declarations, seed: 7).snapshot()
    let some = try store(declarations, seed: 7)
    #expect(try some.tensor("b") == all["b"])
    try some.set("a", HostTensor(shape: [4, 5], [Float](repeating: 0, count: 20)))
    #expect(try some.tensor("c") == all["a"])
    #expect(try some.tensor("a").floats.allSatisfy { $0 == 0 })
  }

  @Test func `what nobody asks for takes no memory`() throws {
    let names = ["a", "b", "c"], shape = [1024, 4096]
    let store = try store(
      names.map { state($0, shape, .normal(mean: 0, std: 1)) }, seed: 1)
    // Pages may be as large as 2 MiB, so that the neighbour of what is asked for has some.
    #expect(residentPages(of: 2, in: store) == 0)
    _ = try store.tensor("a")
    #expect(store.suppliedByteCount == 1024 * 4096 * 4)
    #expect(residentPages(of: 0, in: store) >= 1024 * 4096 * 4 / Int(getpagesize()) - 1)
    #expect(residentPages(of: 2, in: store) == 0)
  }

  /// The whole pages of a state that are in memory.
  private func residentPages(of index: Int, in store: StateStore) -> Int {
    let page = UInt(getpagesize()), start = UInt(bitPattern: store.pointer(at: index))
    let first = (start + page - 1) / page * page
    let end = (start + UInt(store.declarations[index].shape.reduce(4, *))) / page * page
    var resident = [UInt8](repeating: 0, count: Int((end - first) / page))
    guard mincore(UnsafeMutableRawPointer(bitPattern: first), Int(end - first), &resident) == 0
    else { return -1 }
    return resident.count { $0 & 1 == 1 }
  }

  @Test(arguments: [[6, 4], [4, 6], [5, 5], [4, 2, 3, 1]])
  func `orthogonal vectors times the gain`(shape: [Int]) throws {
    let store = try store([state("w", shape, .orthogonal(gain: 2))], seed: 3)
    let w = try store.tensor("w").floats
    let (rows, columns) = (shape[0], w.count / shape[0])
    let (vectors, length) = rows <= columns ? (rows, columns) : (columns, rows)
    func element(_ vector: Int, _ place: Int) -> Float {
      rows <= columns ? w[vector * columns + place] : w[place * columns + vector]
    }
    for left in 0..<vectors {
      for right in 0..<vectors {
        let product = (0..<length).reduce(Float(0)) {
          $0 + element(left, $1) * element(right, $1)
        }
        #expect(abs(product - (left == right ? 4 : 0)) < 1e-5)
      }
    }
  }

  @Test func `row-major outside, channels last inside`() throws {
    let store = try store([state("w", [1, 2, 1, 3], .constant(0))], seed: 0)
    let tensor = HostTensor(shape: [1, 2, 1, 3], [Float(1), 2, 3, 4, 5, 6])
    try store.set("w", tensor)
    #expect(try store.tensor("w") == tensor)
  }

  @Test func `errors name states and shapes`() throws {
    let store = try store([state("net/conv.weight", [2], .constant(0))], seed: 0)
    #expect(
      throws: RuntimeError(.missing, "no state 'conv.weight'; did you mean 'net/conv.weight'?")
    ) {
      _ = try store.tensor("conv.weight")
    }
    #expect(
      throws: RuntimeError(
        .invalid,
        "expected 'net/conv.weight' of shape [2] and type f32, found [1, 2] of f32")
    ) {
      try store.set("net/conv.weight", HostTensor(shape: [1, 2], [Float(1), 2]))
    }
  }
}
