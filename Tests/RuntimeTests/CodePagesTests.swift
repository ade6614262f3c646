import CKernels
import Foundation
import Testing

@Suite struct CodePagesTests {
  @Test func `code goes back to its files and comes again when it is called`() throws {
    // Foundation's decoder, which a run of a plan has no use for.
    let decoded = try JSONDecoder().decode([Double].self, from: Data("[1, 2.5]".utf8))
    let before = try residentCode()
    pf_return_code()
    let after = try residentCode()
    #expect(after < before)
    #expect(try JSONDecoder().decode([Double].self, from: Data("[1, 2.5]".utf8)) == decoded)
  }

  /// Bytes in memory of all that is mapped to be executed from a file.
  private func residentCode() throws -> Int {
    let text = try String(contentsOfFile: "/proc/self/smaps", encoding: .utf8)
    var isCode = false, kilobytes = 0
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      if words[0] == "Rss:" {
        if isCode { kilobytes += Int(words[1]) ?? 0 }
      } else if words.count >= 5, !words[0].hasSuffix(":") {
        isCode = words[1].hasPrefix("r-x") && words.count > 5 && words[5].hasPrefix("/")
      }
    }
    return kilobytes << 10
  }
}
