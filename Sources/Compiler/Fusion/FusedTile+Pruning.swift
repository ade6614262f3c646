import GraphIR
import Plan

extension FusedTile {
  /// The tile without loads and instructions that no result needs, and the inputs that remain.
  func pruned() -> (op: FusedTile, inputs: [Int]) {
    var isNeeded = [Bool](repeating: false, count: loads.count + instructions.count)
    for target in stores + reductions.map(\.target) { isNeeded[target.register] = true }
    for (index, instruction) in instructions.enumerated().reversed()
    where isNeeded[loads.count + index] {
      for operand in instruction.operands { isNeeded[operand] = true }
    }
    var number = [Int](repeating: 0, count: isNeeded.count)
    var next = 0
    for register in isNeeded.indices where isNeeded[register] {
      number[register] = next
      next += 1
    }
    let keptLoads = loads.indices.filter { isNeeded[$0] }.map { loads[$0] }
    var inputs = [Int]()
    for load in keptLoads where !inputs.contains(load.input) { inputs.append(load.input) }

    func renumbered(_ target: Target) -> Target {
      Target(register: number[target.register], shape: target.shape, access: target.access)
    }
    let op = FusedTile(
      extent: extent,
      loads: keptLoads.map {
        Load(input: inputs.firstIndex(of: $0.input) ?? 0, access: $0.access)
      },
      instructions: instructions.indices.filter { isNeeded[loads.count + $0] }.map { index in
        var instruction = instructions[index]
        instruction.operands = instruction.operands.map { number[$0] }
        return instruction
      },
      stores: stores.map(renumbered),
      reductions: reductions.map { Reduction(kind: $0.kind, target: renumbered($0.target)) },
      residents: residents.filter { isNeeded[$0.register] }.map {
        Resident(name: $0.name, register: number[$0.register], shape: $0.shape)
      })
    return (op, inputs)
  }

  /// A tile that computes one store of this one and nothing else.
  func keeping(store: Int) -> (op: FusedTile, inputs: [Int]) {
    var single = self
    single.stores = [stores[store]]
    single.reductions = []
    single.residents = []
    return single.pruned()
  }
}
