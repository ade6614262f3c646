import Compiler
import GraphIR
import Plan
import Testing

@Suite struct FusionTests {
  /// Adam on one parameter: two moments and the step, from the gradient and three states.
  @Test func `adam of one parameter is one call, in place`() throws {
    var graph = Graph(name: "adam")
    let gradient = graph.input("gradient", 8, 4, 3, 3)
    let rate = graph.input("lr")
    let (p, m, v) = (
      graph.state("p", 8, 4, 3, 3), graph.state("p/m", 8, 4, 3, 3),
      graph.state("p/v", 8, 4, 3, 3)
    )
    let beta = try graph.append(ToyConstant(0.9), [])[0]
    let rest = try graph.append(ToyConstant(0.1), [])[0]
    let newM = try graph.point(
      .add, graph.point(.multiply, m, beta), graph.point(.multiply, gradient, rest))
    let squared = try graph.point(.multiply, graph.point(.multiply, gradient, gradient), rest)
    let newV = try graph.point(.add, graph.point(.multiply, v, beta), squared)
    let slope = try graph.point(
      .divide, newM, graph.point(.sqrt, graph.point(.maximum, newV, rest)))
    let newP = try graph.point(.subtract, p, graph.point(.multiply, rate, slope))
    for (name, value) in [("p", newP), ("p/m", newM), ("p/v", newV)] {
      graph.stateUpdates.append(.init(name, value))
    }
    let program = try graph.program()
    #expect(program.calls.count == 1)
    #expect(program.memory.arena == 0)
    let tile = try #require(program.calls.first?.tile)
    #expect(tile.loads.count == 5 && tile.stores.count == 3)
    #expect(tile.extent == [8 * 4 * 3 * 3])
    try expectAgreement(program, states: graph.declaredStates)
  }

  /// A step of p, much else, and in the end the moving average of p.
  @Test func `a moving average joins the update of its weight, however far off`() throws {
    var graph = Graph(name: "averaged")
    let gradient = graph.input("gradient", 8, 8)
    let (p, average) = (graph.state("p", 8, 8), graph.state("p/average", 8, 8))
    let rest = try graph.append(ToyConstant(0.1), [])[0]
    let newP = try graph.point(.subtract, p, graph.point(.multiply, gradient, rest))
    let others = 2 * FusionPolicy.thorough.maxMergeDistance
    for number in 0..<others {
      let other = graph.state("q\(number)", 3)
      graph.stateUpdates.append(.init("q\(number)", try graph.point(.tanh, other)))
    }
    let moved = try graph.point(
      .add, graph.point(.multiply, average, rest), graph.point(.multiply, newP, rest))
    graph.stateUpdates += [.init("p", newP), .init("p/average", moved)]
    let program = try graph.program(policy: .thorough)
    #expect(program.calls.count == others + 1)
    let update = try #require(program.calls.compactMap(\.tile).first { $0.extent == [64] })
    #expect(update.stores.count == 2)
    try expectAgreement(program, states: graph.declaredStates)
  }

  /// conv → batch norm → relu → upsample → conv, and back.
  @Test func `a block with batch normalization saves the raw convolution alone`() throws {
    let block = try BatchNormBlock()
    let program = try block.graph.program(policy: .thorough)
    let tiles = program.calls.compactMap(\.tile)
    let y = program.values.first { $0.name == "y" }?.tensor

    // Per channel: scale and shift. Forward: relu(scale·y + shift), upsampled. Backward: two sums, then dy.
    #expect(tiles.count == 4)
    let forward = try #require(tiles.first { $0.loads.contains { $0.divisors.contains(2) } })
    #expect(forward.loads.contains { $0.tensor == y } && forward.stores.count == 1)
    #expect(forward.reductions.isEmpty)

    let sums = try #require(tiles.first { $0.reductions.count == 2 })
    #expect(sums.stores.isEmpty)
    #expect(fullSize(sums.loads, program) == 2)

    let apply = try #require(tiles.last { $0.stores.count == 1 && $0.reductions.isEmpty })
    #expect(fullSize(apply.loads, program) == 2)
    try expectAgreement(program, states: [])
    expectDisjoint(program)
  }

  private func fullSize(_ loads: [TileLoad], _ program: Program) -> Int {
    loads.count { program.tensors[$0.tensor.index].count > 16 }
  }

  @Test func `a value that a kernel reads is stored although it is fused`() throws {
    var graph = Graph(name: "g")
    let x = graph.input("x", 4, 8)
    let z = try graph.point(.tanh, x)
    let transposed = try graph.apply(ToyKernel(), z)
    let sum = try graph.apply(ToySum(over: [0]), graph.point(.negate, z))
    graph.outputs = [.init("t", transposed), .init("s", sum)]
    let program = try graph.program(policy: .thorough)
    // One tile stores tanh(x) and sums its negative.
    #expect(program.calls.map(\.kernel.name) == ["tile", "copy"])
    try expectAgreement(program, states: [])
  }

  @Test func `a group never waits for itself`() throws {
    var graph = Graph(name: "g")
    let x = graph.input("x", 4, 4)
    let a = try graph.point(.exp, x)
    let b = try graph.apply(ToyKernel(), a)
    // Reads x and a, which the first group has at hand, and b, which needs that group.
    let c = try graph.point(.add, graph.point(.multiply, x, a), b)
    graph.outputs = [.init("c", c), .init("a", a)]
    let program = try graph.program(policy: .thorough)
    #expect(program.calls.map(\.kernel.name) == ["tile", "copy", "tile"])
    try expectAgreement(program, states: [])
  }

  @Test func `per-channel numbers are not computed for every element`() throws {
    var graph = Graph(name: "g")
    let x = graph.input("x", 8, 16, 8, 8)
    let variance = graph.input("variance", 1, 16, 1, 1)
    let scaled = try graph.point(.multiply, x, graph.point(.rsqrt, variance))
    graph.outputs = [.init("y", scaled)]
    let program = try graph.program()
    #expect(program.calls.count == 2)
    #expect(program.calls.compactMap(\.tile).map(\.extent) == [[16], [8 * 8 * 8, 16]])
  }

  @Test func `an expensive value with three readers is stored`() throws {
    var graph = Graph(name: "g")
    let x = graph.input("x", 4, 8)
    let z = try graph.point(.exp, x)
    for axis in 0..<2 {
      let sum = try graph.apply(ToySum(over: [axis], keepsAxes: false), z)
      graph.outputs.append(.init("sum\(axis)", sum))
    }
    let wide = try graph.point(.add, z, graph.input("w", 3, 4, 8))
    graph.outputs.append(.init("wide", wide))
    let program = try graph.program(policy: .thorough)
    let exponentials = program.calls.compactMap(\.tile).flatMap(\.instructions)
      .count { $0.opcode == .exp }
    #expect(exponentials == 1)
    try expectAgreement(program, states: [])
  }

  @Test func `fused names are found in registers`() throws {
    var graph = Graph(name: "g")
    let x = graph.input("x", 4, 8)
    let inner = try graph.point(.negate, x)
    graph.names = [.init("inner", inner), .init("outer", x)]
    graph.outputs = [.init("y", try graph.point(.exp, inner))]
    let program = try graph.program()
    #expect(program.values.map(\.name) == ["outer"])
    let fused = try #require(program.fused.first)
    #expect(fused.name == "inner" && fused.call == 0 && fused.register == 1)
    #expect(fused.shape == [4, 8])
  }

  @Test func `the body reads back as it was printed`() throws {
    let graph = try BatchNormBlock().graph.prepared(policy: .thorough)
    for case let tile as FusedTile in graph.nodes.map(\.op) {
      var reader = AttributeReader(tile.attributes, of: FusedTile.name)
      let parsed = try FusedTile(&reader)
      #expect(parsed.attributes == tile.attributes)
    }
  }

  @Test(arguments: ["add 0 1", "load x", "load 0 7", "store 0 2x2 0 1", "sum 0"])
  func `a body that makes no sense is refused`(statement: String) {
    #expect(throws: Diagnostic.self) {
      var reader = AttributeReader(
        [Attribute("extent", .integers([2])), Attribute("body", .text(statement))],
        of: FusedTile.name)
      _ = try FusedTile(&reader)
    }
  }

  @Test func `five thousand nodes are fused in near-linear time`() throws {
    var times = [Duration]()
    for count in [500, 5000] {
      var graph = Graph(name: "long")
      var x = graph.input("x", 8, 8)
      for index in 0..<count {
        x = try index % 7 == 0 ? graph.apply(ToyKernel(), x) : graph.point(.add, x, x)
      }
      graph.outputs = [.init("x", x)]
      // The best of several, since other tests run at the same time.
      let runs = (0..<3).map { _ in
        var copy = graph
        return ContinuousClock().measure { fuse(&copy) }
      }
      times.append(runs.min() ?? .zero)
    }
    #expect(times[1] < times[0] * 40)
  }
}

/// Training-mode batch normalization written out, as the passes hand it over.
struct BatchNormBlock {
  var graph = Graph(name: "block")

  init() throws {
    let y = try graph.apply(ToyKernel(), graph.input("x", 2, 4, 8, 8))
    graph.names.append(.init("y", y))
    let (gamma, beta) = (graph.input("gamma", 4), graph.input("beta", 4))
    let moments = try graph.append(ToyMoments(), [y])
    let channels = ToyReshape(to: [1, 4, 1, 1])
    let rstd = try graph.point(.rsqrt, moments[1])
    let scale = try graph.point(.multiply, graph.apply(channels, gamma), rstd)
    let shift = try graph.point(
      .subtract, graph.apply(channels, beta), graph.point(.multiply, moments[0], scale))
    let before = try graph.point(.fma, y, scale, shift)
    let zero = try graph.append(ToyConstant(0), [])[0]
    let z = try graph.point(.maximum, before, zero)
    let up = try graph.apply(ToyUpsample(), z)
    let c = try graph.apply(ToyKernel(), up)

    // Backward: dz comes from some kernel that also reads the upsampled activation, as a weight gradient does.
    let weightGradient = try graph.apply(ToyKernel(), up, c)
    let dz = try graph.apply(ToyKernel(), graph.input("dz", 2, 4, 8, 8))
    let g = try graph.point(.multiply, dz, graph.point(.less, zero, before))
    let normalized = try graph.point(.multiply, graph.point(.subtract, y, moments[0]), rstd)
    let sum = try graph.apply(ToySum(over: [0, 2, 3]), g)
    let product = try graph.apply(ToySum(over: [0, 2, 3]), graph.point(.multiply, g, normalized))
    let centred = try graph.point(
      .subtract, graph.point(.subtract, g, sum), graph.point(.multiply, normalized, product))
    let dy = try graph.apply(ToyKernel(), graph.point(.multiply, scale, centred))
    graph.outputs = [
      .init("c", c), .init("dw", weightGradient), .init("dy", dy), .init("dbeta", sum),
      .init("dgamma", product),
    ]
  }
}

extension Call {
  var tile: TileCall? {
    if case .tile(let call) = kernel { call } else { nil }
  }
}
