/// Breaks compact JSON into lines where a reader and `diff` want them.
///
/// The root, each program, and the lists of states, inputs, tensors and calls have one member a line; a tensor or a
/// call stays on its own line.
enum PlanLines {
  /// Keys whose value is spread over lines.
  private static let spread: Set<String> = [
    "programs", "reference", "states", "parameters", "data", "inputs", "outputs", "values", "fused",
    "tensors", "calls",
  ]

  static func broken(_ json: [UInt8]) -> [UInt8] {
    var writer = Writer(json: json)
    return writer.write()
  }

  private struct Writer {
    let json: [UInt8]
    var output: [UInt8] = []
    /// For each open container, whether its members stand on lines of their own.
    var open: [(isSpread: Bool, isProgramList: Bool)] = []
    var position = 0
    /// The string read last: the key, when a container follows it.
    var lastString = ""

    init(json: [UInt8]) { self.json = json }

    mutating func write() -> [UInt8] {
      output.reserveCapacity(json.count + json.count / 16)
      while position < json.count {
        let byte = json[position]
        switch byte {
        case UInt8(ascii: "\""): copyString()
        case UInt8(ascii: "{"), UInt8(ascii: "["): enter(byte)
        case UInt8(ascii: "}"), UInt8(ascii: "]"): leave(byte)
        case UInt8(ascii: ","):
          output.append(byte)
          if open.last?.isSpread == true { newLine() }
          lastString = ""
          position += 1
        default:
          output.append(byte)
          position += 1
        }
      }
      output.append(UInt8(ascii: "\n"))
      return output
    }

    private mutating func copyString() {
      let start = position
      position += 1
      while position < json.count, json[position] != UInt8(ascii: "\"") {
        position += json[position] == UInt8(ascii: "\\") ? 2 : 1
      }
      position = min(position + 1, json.count)
      output += json[start..<position]
      if open.last?.isSpread == true {
        lastString = String(decoding: json[start..<position].dropFirst().dropLast(), as: UTF8.self)
      }
    }

    private mutating func enter(_ bracket: UInt8) {
      let isEmpty = position + 1 < json.count && json[position + 1] == bracket + 2
      let isProgram = open.last?.isProgramList == true
      let parentIsSpread = open.last?.isSpread ?? true
      let isSpread =
        !isEmpty && parentIsSpread
        && (open.isEmpty || isProgram || PlanLines.spread.contains(lastString))
      open.append((isSpread, isSpread && lastString == "programs"))
      output.append(bracket)
      position += 1
      lastString = ""
      if isSpread { newLine() }
    }

    private mutating func leave(_ bracket: UInt8) {
      if open.popLast()?.isSpread == true { newLine() }
      output.append(bracket)
      position += 1
    }

    private mutating func newLine() { output.append(UInt8(ascii: "\n")) }
  }
}
