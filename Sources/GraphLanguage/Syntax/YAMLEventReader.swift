import CYAML
import Foundation
import GraphIR

/// What libyaml reports, one piece of the document at a time.
struct YAMLEvent {
  enum Kind {
    case streamStart, streamEnd, documentStart, documentEnd
    case alias(String)
    case scalar(text: String, isPlain: Bool, textOffset: Int?)
    case sequenceStart, sequenceEnd
    case mappingStart, mappingEnd
  }

  var kind: Kind
  var location: SourceLocation
  var anchor: String?
  var tag: String?
}

/// Reads events from bytes through libyaml and turns its failures into diagnostics.
struct YAMLEventReader: ~Copyable {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let bytes: UnsafeBufferPointer<UInt8>
  private let file: String

  /// The bytes must outlive the reader.
  init(_ bytes: UnsafeBufferPointer<UInt8>, file: String) throws(Diagnostic) {
    try Self.checkDirectives(bytes, file: file)
    let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    guard yaml_parser_initialize(parser) != 0 else {
      parser.deallocate()
      throw Diagnostic(.outOfMemory, at: SourceLocation(file: file, line: 1, column: 1))
    }
    self.parser = parser
    self.bytes = bytes
    self.file = file
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
  }

  mutating func next() throws(Diagnostic) -> YAMLEvent {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) != 0 else { throw failure() }
    defer { yaml_event_delete(&event) }
    return try translate(event)
  }

  private func translate(_ event: yaml_event_t) throws(Diagnostic) -> YAMLEvent {
    var translated = YAMLEvent(kind: .streamEnd, location: location(of: event.start_mark))
    switch event.type {
    case YAML_STREAM_START_EVENT: translated.kind = .streamStart
    case YAML_DOCUMENT_START_EVENT: translated.kind = .documentStart
    case YAML_DOCUMENT_END_EVENT: translated.kind = .documentEnd
    case YAML_ALIAS_EVENT:
      translated.kind = .alias(string(event.data.alias.anchor) ?? "")
    case YAML_SCALAR_EVENT:
      translated.kind = try scalar(event)
      translated.anchor = string(event.data.scalar.anchor)
      translated.tag = string(event.data.scalar.tag)
    case YAML_SEQUENCE_START_EVENT:
      translated.kind = .sequenceStart
      translated.anchor = string(event.data.sequence_start.anchor)
      translated.tag = string(event.data.sequence_start.tag)
    case YAML_SEQUENCE_END_EVENT: translated.kind = .sequenceEnd
    case YAML_MAPPING_START_EVENT:
      translated.kind = .mappingStart
      translated.anchor = string(event.data.mapping_start.anchor)
      translated.tag = string(event.data.mapping_start.tag)
    case YAML_MAPPING_END_EVENT: translated.kind = .mappingEnd
    default: break
    }
    return translated
  }

  private func scalar(_ event: yaml_event_t) throws(Diagnostic) -> YAMLEvent.Kind {
    let scalar = event.data.scalar
    guard scalar.length <= YAMLLimits.scalarBytes else {
      throw Diagnostic(.scalarTooLong(scalar.length), at: location(of: event.start_mark))
    }
    let text = String(
      decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
    let isPlain = scalar.style == YAML_PLAIN_SCALAR_STYLE
    let quotes = isPlain ? 0 : 2
    let (start, end) = (event.start_mark, event.end_mark)
    let isVerbatim =
      start.line == end.line
      && Int(end.column) - Int(start.column) == text.unicodeScalars.count + quotes
    return .scalar(text: text, isPlain: isPlain, textOffset: isVerbatim ? quotes / 2 : nil)
  }

  private func string(_ characters: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    characters.map { String(cString: UnsafePointer($0)) }
  }

  private func location(of mark: yaml_mark_t) -> SourceLocation {
    SourceLocation(file: file, line: Int(mark.line) + 1, column: Int(mark.column) + 1)
  }

  private func failure() -> Diagnostic {
    let problem = parser.pointee.problem.map { String(cString: $0) } ?? "unreadable"
    if parser.pointee.error == YAML_READER_ERROR {
      return Diagnostic(
        .unreadable(problem), at: location(ofByte: Int(parser.pointee.problem_offset)))
    }
    var diagnostic = Diagnostic(
      .unreadable(problem), at: location(of: parser.pointee.problem_mark))
    if let context = parser.pointee.context {
      diagnostic.notes = [
        .init(String(cString: context), at: location(of: parser.pointee.context_mark))
      ]
    }
    return diagnostic
  }

  private func location(ofByte offset: Int) -> SourceLocation {
    let before = bytes.prefix(offset)
    let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    let line = before.count { $0 == UInt8(ascii: "\n") } + 1
    // Columns count characters: continuation bytes of UTF-8 do not begin one.
    let column = before[lineStart...].count { $0 & 0xC0 != 0x80 } + 1
    return SourceLocation(file: file, line: line, column: column)
  }

  /// Refuses floods of `%` directives, over whose list libyaml searches in quadratic time before its first event.
  private static func checkDirectives(
    _ bytes: UnsafeBufferPointer<UInt8>, file: String
  ) throws(Diagnostic) {
    guard let base = bytes.baseAddress else { return }
    var count = 0
    var rest = UnsafeRawPointer(base)
    let end = rest + bytes.count
    while rest < end, let found = memchr(rest, Int32(UInt8(ascii: "%")), end - rest) {
      // Any byte beyond ASCII may end one of Unicode's line breaks, which libyaml honours.
      let before = found == base ? 0 : found.load(fromByteOffset: -1, as: UInt8.self)
      count += before < 0x20 || before >= 0x80 ? 1 : 0
      guard count <= YAMLLimits.directives else {
        throw Diagnostic(.tooManyDirectives, at: SourceLocation(file: file, line: 1, column: 1))
      }
      rest = UnsafeRawPointer(found) + 1
    }
  }
}

extension Diagnostic.Message {
  fileprivate static let outOfMemory: Self = "there is not enough memory to read the file"

  fileprivate static func unreadable(_ problem: String) -> Self {
    "the file is not valid YAML: \(problem)"
  }

  fileprivate static func scalarTooLong(_ length: Int) -> Self {
    "a text of \(length) bytes is too long; the limit is \(YAMLLimits.scalarBytes)"
  }

  fileprivate static let tooManyDirectives: Self =
    "more than \(YAMLLimits.directives) lines begin with '%'; the language needs no directives"
}
