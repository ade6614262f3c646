import Plan
import Training

/// What a plan holds, in a page.
struct PlanOverview {
  let plan: Plan

  func printSummary() {
    print(Terminal.heading("plan \(plan.model)") + " (format \(plan.version))")
    print("  source hash  \(plan.sourceHash)")
    let parameters = plan.parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    if !parameters.isEmpty { print("  parameters   " + parameters.joined(separator: " ")) }
    if plan.usesBfloat16 { print("  precision    bf16") }
    if !plan.report.isEmpty { print("  reports      " + plan.report.joined(separator: ", ")) }
    for draw in plan.draws { print("  draw         \(draw.name): \(draw.sentence)") }
    for source in plan.data { print("  data         \(source.input): \(source.sentence)") }
    for program in plan.programs { printInterface(of: program) }
    printMemory()
  }

  private func printInterface(of program: Program) {
    print(
      "\n" + Terminal.heading("program \(program.name): ")
        + Quantity.count(program.calls.count, "kernel call"))
    for input in program.inputs { print("  input   " + program.line(for: input)) }
    for name in program.randomNames { print("  random  \(name)") }
    for output in program.outputs {
      let tensor = program.tensors[output.tensor.index]
      print("  output  \(output.name) \(tensor.typeText)")
    }
  }

  /// What programs and states take, against what no planner could do without.
  func printMemory() {
    print("\n" + Terminal.heading("memory"))
    var table = TextTable(
      [.left, .right, .right, .right, .right, .right, .left],
      header: ["program", "calls", "arena", "lower bound", "ratio", "without reuse", "packing"])
    for program in plan.programs {
      let memory = program.memory
      let ratio = Double(memory.arena) / Double(max(1, memory.lowerBound))
      table.append([
        program.name, Quantity.grouped(program.calls.count), Quantity.bytes(memory.arena),
        Quantity.bytes(memory.lowerBound), Quantity.decimal(ratio, digits: 3),
        Quantity.bytes(memory.withoutReuse), memory.heuristic,
      ])
    }
    table.print()
    let bytes = plan.states.reduce(0) { $0 + $1.byteCount }
    print("  states: \(Quantity.bytes(bytes)) (\(roles.joined(separator: ", ")))")
  }

  /// `16,016,961 parameters`, …: how many numbers there are of each role.
  private var roles: [String] {
    let order: [(StateDeclaration.Role, String)] = [
      (.parameter, "parameter"), (.statistic, "statistic"), (.slot, "slot number"),
      (.average, "averaged number"),
    ]
    return order.compactMap { role, noun in
      let count = plan.states.filter { $0.role == role }.reduce(0) { $0 + $1.count }
      return count == 0 ? nil : Quantity.count(count, noun)
    }
  }
}

extension StateDeclaration {
  var count: Int { shape.reduce(1, *) }
  var byteCount: Int { count * element.size }
}

extension PlanTensor {
  /// `f32[64, 3, 64, 64]`.
  var typeText: String { element.rawValue + Quantity.shape(shape) }
}

extension Program {
  /// `lr_d f32[], starts at 0.0002`.
  func line(for input: Input) -> String {
    let type = tensors[input.tensor.index].typeText
    return switch input.source {
    case .caller: "\(input.name) \(type)"
    case .schedule(let schedule): "\(input.name) \(type), scheduled from \(schedule.start)"
    }
  }
}
