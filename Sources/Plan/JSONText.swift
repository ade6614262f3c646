/// Writes values as compact JSON with sorted keys: the bytes of Foundation's `JSONEncoder`, several times as fast.
///
/// One buffer takes everything. A value of several parts is a frame on a stack: its parts are appended as they come,
/// each with a comma behind it, and brought into order when the frame is closed. Infinities and NaN are the strings
/// `inf`, `-inf` and `nan`.
package final class JSONText {
  // Checks of exclusive access took a third of the time; no method hands out either of them.
  @exclusivity(unchecked) private var bytes: [UInt8] = []
  @exclusivity(unchecked) private var frames: [Frame] = []

  /// A value that has begun and not ended yet.
  private struct Frame {
    enum Kind { case single, array, object }
    var kind = Kind.single
    /// The keys of an object, with the places where their members begin.
    var members: [(key: String, start: Int)] = []
  }

  package static func encode(_ value: some Encodable) throws -> [UInt8] {
    let text = JSONText()
    try text.write(value)
    text.bytes.removeLast()
    return text.bytes
  }

  // MARK: Values

  /// Appends a value and a comma.
  fileprivate func write<Value: Encodable>(_ value: Value) throws {
    if writeScalar(value) {
      bytes.append(UInt8(ascii: ","))
    } else if Value.self == [Call].self {
      try write(list: value as! [Call])
    } else if Value.self == [PlanTensor].self {
      try write(list: value as! [PlanTensor])
    } else {
      let level = frames.count
      frames.append(Frame())
      try value.encode(to: TextEncoder(text: self, level: level))
      close(to: level)
    }
  }

  /// Appends a number, a string or a list of whole numbers; false for anything else.
  fileprivate func writeScalar<Value: Encodable>(_ value: Value) -> Bool {
    // Comparing types is much cheaper than casting, and costs nothing where the type is known.
    if Value.self == Int.self {
      append(number: value as! Int)
    } else if Value.self == String.self {
      append(quoted: value as! String)
    } else if Value.self == [Int].self {
      append(numbers: value as! [Int])
    } else if Value.self == Double.self {
      append(number: value as! Double)
    } else if Value.self == Bool.self {
      append(value as! Bool ? "true" : "false")
    } else if Value.self == UInt64.self {
      append((value as! UInt64).description)
    } else {
      return false
    }
    return true
  }

  /// Appends a long list and a comma; its parts are written on all processors.
  private func write<Element: Encodable & Sendable>(list: [Element]) throws {
    let starts = Array(stride(from: 0, to: list.count, by: Self.partCount))
    let parts = try starts.concurrentMap { start in
      let part = JSONText()
      for element in list[start..<Swift.min(start + Self.partCount, list.count)] {
        try part.write(element)
      }
      return part.bytes
    }
    bytes.append(UInt8(ascii: "["))
    for part in parts { bytes += part }
    end(with: UInt8(ascii: "]"))
    bytes.append(UInt8(ascii: ","))
  }

  /// Elements of a list that one processor writes at a time.
  private static let partCount = 256

  fileprivate func append(_ text: String) { bytes += text.utf8 }

  private func append(number: Int) {
    if (0..<10).contains(number) {
      bytes.append(UInt8(ascii: "0") + UInt8(number))
    } else {
      append(number.description)
    }
  }

  private func append(numbers: [Int]) {
    bytes.append(UInt8(ascii: "["))
    for (index, number) in numbers.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      append(number: number)
    }
    bytes.append(UInt8(ascii: "]"))
  }

  private func append(number: Double) {
    guard number.isFinite else {
      return append(number.isNaN ? "\"nan\"" : number < 0 ? "\"-inf\"" : "\"inf\"")
    }
    let text = number.description
    append(text.hasSuffix(".0") ? String(text.dropLast(2)) : text)
  }

  private func append(quoted text: String) {
    bytes.append(UInt8(ascii: "\""))
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") })
    {
      bytes += text.utf8
    } else {
      append(escaped: text)
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private func append(escaped text: String) {
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): append("\\\"")
      case UInt8(ascii: "\\"): append("\\\\")
      case 0x08: append("\\b")
      case 0x0C: append("\\f")
      case UInt8(ascii: "\n"): append("\\n")
      case UInt8(ascii: "\r"): append("\\r")
      case UInt8(ascii: "\t"): append("\\t")
      case ..<0x10: append("\\u000" + String(byte, radix: 16))
      case ..<0x20: append("\\u00" + String(byte, radix: 16))
      default: bytes.append(byte)
      }
    }
  }

  // MARK: Frames

  /// Makes the value of a frame a list or an object, unless it is one already; ends what lies in it.
  fileprivate func open(_ level: Int, isObject: Bool) {
    close(to: level + 1)
    guard frames[level].kind == .single else { return }
    frames[level].kind = isObject ? .object : .array
    bytes.append(UInt8(ascii: isObject ? "{" : "["))
  }

  /// Begins a part of a frame that is a frame itself.
  fileprivate func nest(in level: Int) -> Int {
    frames.append(Frame())
    return level + 1
  }

  /// Ends what the last element of a list has left open.
  fileprivate func beginElement(of level: Int) { close(to: level + 1) }

  fileprivate func beginMember(_ key: String, of level: Int) {
    close(to: level + 1)
    frames[level].members.append((key, bytes.count))
    append(quoted: key)
    bytes.append(UInt8(ascii: ":"))
  }

  /// Ends the innermost frames until so many are left.
  private func close(to count: Int) {
    while frames.count > count {
      let frame = frames.removeLast()
      switch frame.kind {
      case .single: break
      case .array: end(with: UInt8(ascii: "]"))
      case .object:
        sort(frame)
        end(with: UInt8(ascii: "}"))
      }
      bytes.append(UInt8(ascii: ","))
    }
  }

  /// Puts the bracket in the place of the last part's comma.
  private func end(with bracket: UInt8) {
    if bytes.last == UInt8(ascii: ",") {
      bytes[bytes.count - 1] = bracket
    } else {
      bytes.append(bracket)
    }
  }

  private func sort(_ frame: Frame) {
    let members = frame.members
    guard zip(members, members.dropFirst()).contains(where: { $0.key > $1.key }) else { return }
    let ends = members.dropFirst().map(\.start) + [bytes.count]
    let order = members.indices.sorted { members[$0].key < members[$1].key }
    let sorted = order.flatMap { bytes[members[$0].start..<ends[$0]] }
    bytes.replaceSubrange(members[0].start..., with: sorted)
  }
}

private struct TextEncoder: Encoder {
  let text: JSONText
  let level: Int

  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    text.open(level, isObject: true)
    return KeyedEncodingContainer(TextObject(text: text, level: level))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    text.open(level, isObject: false)
    return TextList(text: text, level: level)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer {
    TextValue(encoder: self)
  }
}

/// One generic method stands for those that the protocol asks for by type.
private struct TextObject<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let text: JSONText
  let level: Int

  var codingPath: [any CodingKey] { [] }

  func encodeNil(forKey key: Key) {
    text.beginMember(key.stringValue, of: level)
    text.append("null,")
  }

  func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
    text.beginMember(key.stringValue, of: level)
    try text.write(value)
  }

  func nestedContainer<NestedKey>(
    keyedBy keyType: NestedKey.Type, forKey key: Key
  ) -> KeyedEncodingContainer<NestedKey> {
    superEncoder(forKey: key).container(keyedBy: keyType)
  }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    superEncoder(forKey: key).unkeyedContainer()
  }

  func superEncoder() -> any Encoder { encoder(of: "super") }

  func superEncoder(forKey key: Key) -> any Encoder { encoder(of: key.stringValue) }

  private func encoder(of key: String) -> any Encoder {
    text.beginMember(key, of: level)
    return TextEncoder(text: text, level: text.nest(in: level))
  }
}

private struct TextList: UnkeyedEncodingContainer {
  let text: JSONText
  let level: Int
  private(set) var count = 0

  init(text: JSONText, level: Int) {
    self.text = text
    self.level = level
  }

  var codingPath: [any CodingKey] { [] }

  mutating func encodeNil() {
    begin()
    text.append("null,")
  }

  mutating func encode<Value: Encodable>(_ value: Value) throws {
    begin()
    try text.write(value)
  }

  mutating func nestedContainer<NestedKey>(
    keyedBy keyType: NestedKey.Type
  ) -> KeyedEncodingContainer<NestedKey> {
    superEncoder().container(keyedBy: keyType)
  }

  mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
    superEncoder().unkeyedContainer()
  }

  mutating func superEncoder() -> any Encoder {
    begin()
    return TextEncoder(text: text, level: text.nest(in: level))
  }

  private mutating func begin() {
    text.beginElement(of: level)
    count += 1
  }
}

private struct TextValue: SingleValueEncodingContainer {
  let encoder: TextEncoder

  var codingPath: [any CodingKey] { [] }

  func encodeNil() { encoder.text.append("null") }

  func encode<Value: Encodable>(_ value: Value) throws {
    if !encoder.text.writeScalar(value) { try value.encode(to: encoder) }
  }
}
