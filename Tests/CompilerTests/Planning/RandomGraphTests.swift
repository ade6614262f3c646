import Compiler
import GraphIR
import Plan
import Testing

/// Fuses, schedules and plans many random graphs and runs the results.
@Suite struct RandomGraphTests {
  @Test(arguments: 0..<60)
  func `an optimised random program computes what its reference computes`(seed: Int) throws {
    var builder = RandomGraph(seed: UInt64(seed))
    let graph = try builder.build()
    let program = try graph.program(policy: seed % 2 == 0 ? .thorough : FusionPolicy())
    try expectAgreement(program, states: graph.declaredStates)
    expectDisjoint(program)
  }

  @Test func `two builds of one graph are equal`() throws {
    for seed in 100..<110 {
      var builders = [RandomGraph(seed: UInt64(seed)), RandomGraph(seed: UInt64(seed))]
      let programs = try builders.indices.map { try builders[$0].build().program() }
      #expect(String(describing: programs[0]) == String(describing: programs[1]))
    }
  }
}

/// Grows a graph by random applications of the toys.
private struct RandomGraph {
  private var numbers: Numbers
  private var graph = Graph(name: "random")
  private var pool: [Value] = []

  init(seed: UInt64) { numbers = Numbers(seed: seed + 77) }

  mutating func build() throws -> Graph {
    pool = [
      graph.input("a", 2, 3, 4, 4), graph.input("b", 1, 3, 1, 1), graph.input("c", 2, 3, 4, 4),
    ]
    let states = [graph.state("s", 2, 3, 4, 4), graph.state("t", 1, 3, 1, 1)]
    pool += states
    for _ in 0..<(12 + numbers.below(30)) { try grow() }
    for index in 0..<3 {
      graph.outputs.append(.init("out\(index)", pool[pool.count - 1 - numbers.below(8)]))
    }
    for (index, value) in pool.enumerated() { graph.names.append(.init("v\(index)", value)) }
    for state in ["s", "t", "s"] {
      let type = graph.type(of: states[state == "s" ? 0 : 1])
      let fitting = pool.filter { graph.type(of: $0) == type }
      graph.stateUpdates.append(.init(state, fitting[numbers.below(fitting.count)]))
    }
    // A state's versions must be written in program order, as a program's steps are.
    graph.stateUpdates.sort { $0.value < $1.value }
    return graph
  }

  private mutating func pick() -> Value { pool[pool.count - 1 - numbers.below(pool.count)] }

  private mutating func grow() throws {
    let value = pick()
    let shape = graph.type(of: value).shape
    switch numbers.below(12) {
    case 0:
      pool.append(try graph.apply(ToyKernel(), value))
    case 1 where shape.count == 4 && shape[2] == 4:
      pool.append(try graph.apply(ToyUpsample(), value))
    case 2 where shape.count == 4:
      let axes = [[0, 2, 3], [0, 1, 2, 3], [2, 3]][numbers.below(3)]
      pool.append(try graph.apply(ToySum(over: axes, keepsAxes: true), value))
    case 3 where shape == [1, 3, 1, 1]:
      let flat = try graph.apply(ToyReshape(to: [3]), value)
      let doubled = try graph.point(.add, flat, flat)
      pool.append(try graph.apply(ToyReshape(to: [1, 3, 1, 1]), doubled))
    case 4 where shape[0] == 2:
      let half = try graph.apply(ToySlice(1..<2), value)
      pool.append(try graph.point(.maximum, value, half))
    case 5 where shape == [2, 3, 4, 4]:
      let flat = try graph.apply(ToyReshape(to: [6, 16]), value)
      pool.append(try graph.apply(ToyReshape(to: shape), graph.point(.negate, flat)))
    case 6:
      pool.append(try graph.point(.tanh, value))
    default:
      let other = pick()
      guard TensorType.broadcast(shape, graph.type(of: other).shape) != nil else { return }
      let opcodes = [TileOpcode.add, .subtract, .multiply, .maximum, .less]
      let mixed = try graph.point(opcodes[numbers.below(5)], value, other)
      // Keeps numbers of moderate size.
      pool.append(numbers.below(2) == 0 ? mixed : try graph.point(.tanh, mixed))
    }
  }
}

/// Fails if two tensors of the arena that are alive at once overlap, other than by an in-place call.
///
/// An independent brute force: lifetimes from the calls alone.
func expectDisjoint(_ program: Program) {
  struct Span {
    var bytes: Range<Int>
    var first: Int
    var last: Int
  }
  var spans: [TensorID: Span] = [:]
  func root(_ id: TensorID) -> TensorID {
    if case .view(let root, _) = program.tensors[id.index].storage { return root }
    return id
  }
  for (index, call) in program.calls.enumerated() {
    for id in (call.kernel.reads + call.kernel.writes).map(root) {
      guard case .arena(let offset) = program.tensors[id.index].storage else { continue }
      let bytes = offset..<offset + program.tensors[id.index].byteCount
      spans[id, default: Span(bytes: bytes, first: index, last: index)].last = index
    }
  }
  for output in program.outputs { spans[root(output.tensor)]?.last = program.calls.count }
  let all = spans.sorted { $0.key < $1.key }.map(\.value)
  for (index, left) in all.enumerated() {
    #expect(left.bytes.upperBound <= program.memory.arena)
    for right in all[..<index] where left.bytes.overlaps(right.bytes) {
      let inTurn = left.last <= right.first || right.last <= left.first
      // At the call where one ends and the other begins they must be the very same bytes.
      let touch = left.last == right.first || right.last == left.first
      #expect(inTurn && (!touch || left.bytes == right.bytes))
    }
  }
}
