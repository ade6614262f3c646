import GraphIR
import GraphLanguage
import Testing

/// Damaged files are refused with a place or still read; nothing traps, nothing hangs.
@Suite struct MutationTests {
  /// A small generator, so that a failure repeats.
  struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }

  private static let tokens = [
    "{", "}", "[", "]", ":", "- ", "'", "\"", "&a ", "*a", "<<: ", "!!int ", "|", ">", "#", "%",
    "\t",
    "~", "true", "1e999", "-1", "0", "** 99", "// 0", "if", "any", "repeat", "\u{FEFF}", "é",
    "99999999999999999999", "\n", "  ", "?", ",",
  ]

  private func mutated(_ source: String, seed: UInt64) -> [UInt8] {
    var random = SplitMix64(state: seed)
    var bytes = Array(source.utf8)
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let position = Int.random(in: 0..<max(bytes.count, 1), using: &random)
      switch Int.random(in: 0..<5, using: &random) {
      case 0 where !bytes.isEmpty:
        bytes[position] = UInt8.random(in: 0...255, using: &random)
      case 1 where !bytes.isEmpty:
        let end = min(bytes.count, position + Int.random(in: 1...20, using: &random))
        bytes.removeSubrange(position..<end)
      case 2:
        var lines = bytes.split(separator: 10, omittingEmptySubsequences: false)
        let line = Int.random(in: 0..<lines.count, using: &random)
        let other = lines[Int.random(in: 0..<lines.count, using: &random)]
        if Bool.random(using: &random) {
          lines[line] = other
        } else {
          lines.insert(other, at: line)
        }
        bytes = Array(lines.joined(separator: [10]))
      default:
        let token = Self.tokens.randomElement(using: &random) ?? ""
        bytes.insert(contentsOf: Array(token.utf8), at: min(position, bytes.count))
      }
    }
    return bytes
  }

  @Test(arguments: 0..<8)
  func `damaged files are read or refused with a place`(part: Int) {
    let clock = ContinuousClock()
    for index in 0..<250 {
      let seed = UInt64(part * 250 + index)
      let bytes = mutated(ExampleModel.main, seed: seed)
      let loader = SourceLoader { (path) throws(SourceLoader.Failure) in
        guard path == "m.yaml" || path == "blocks.yaml" else { throw .missing }
        return path == "m.yaml" ? bytes : Array(ExampleModel.blocks.utf8)
      }
      let time = clock.measure {
        do throws(Diagnostics) {
          let document = try Document.parse(path: "m.yaml", loader: loader)
          evaluateEverything(in: document)
        } catch {
          #expect(!error.all.isEmpty && error.all.allSatisfy { $0.location != nil }, "seed \(seed)")
        }
      }
      #expect(time < .seconds(1), "seed \(seed)")
    }
  }

  /// Evaluates what a damaged file still says, for the sake of its arithmetic.
  private func evaluateEverything(in document: Document) {
    var scope = Scope()
    for parameter in document.params { scope.define(parameter.name, as: parameter.value) }
    let evaluate = { (expression: Expression) throws(Diagnostic) -> Number in
      try expression.evaluate(in: scope)
    }
    _ = try? document.dataSources(evaluating: evaluate)
    for declaration in document.schedules {
      _ = try? declaration.schedule.schedule(evaluating: evaluate)
    }
    for optimizer in document.optimizers {
      _ = try? optimizer.rate.schedule(evaluating: evaluate)
    }
    for binding in document.networks.flatMap(\.bindings) + document.bindings {
      _ = try? binding.value.value(in: scope)
    }
    for attribute in document.networks.flatMap(\.nodes).flatMap(\.attributes) {
      _ = try? Expression.parse(attribute.value).value(in: scope)
    }
  }
}
