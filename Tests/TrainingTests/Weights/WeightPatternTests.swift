import Runtime
import Testing
import Training

@Suite struct WeightPatternTests {
  private func translate(_ name: String, _ from: String, _ to: String) throws -> String? {
    let (source, target) = (try WeightPattern(from), try WeightPattern(to))
    return source.match(name).flatMap { target.name(for: $0) }
  }

  @Test(arguments: [
    ("g/fc.weight", "g/fc.weight", "G.fc", "G.fc"),
    ("g/up_0.w", "g/up_{i}.w", "G/up{i+1}.w", "G/up1.w"),
    ("g/up_11.w", "g/up_{i}.w", "G/up{i+1}.w", "G/up12.w"),
    ("G/up1.w", "G/up{i+1}.w", "g/up_{i}.w", "g/up_0.w"),
    ("a.b.c", "*.c", "x/*", "x/a.b"),
    ("a.b.c", "*.*", "*/*", "a/b.c"),
    ("b2.l3", "b{i}.l{j}", "{j}-{i}", "3-2"),
    ("b2.l2", "b{i}.l{i}", "{i}", "2"),
    ("g/fc.running_mean", "g/fc.{p}", "G/0.{p}", "G/0.running_mean"),
    ("G/up12.w", "G/up{i+1}.w", "g/up_{i}.w", "g/up_11.w"),
  ])
  func `names are translated`(name: String, from: String, to: String, expected: String) throws {
    #expect(try translate(name, from, to) == expected)
  }

  @Test(arguments: [
    ("g/up_x.w", "g/up_{i}.w", "G/up{i+1}.w"), ("g/up_01.w", "g/up_{i}.w", "G/up{i+1}.w"),
    ("g/up_.w", "g/up_{i}.w", "{i}"), ("G/up0.w", "G/up{i+1}.w", "{i}"),
    ("b2.l3", "b{i}.l{i}", "{i}"), ("g/fc.weights", "g/fc.weight", "x"),
    ("up_99999999999999999999", "up_{i+1}", "{i}"), ("g/a.b", "g/{p}", "{p}"),
  ])
  func `other names are left alone`(name: String, from: String, to: String) throws {
    #expect(try translate(name, from, to) == nil)
  }

  @Test(arguments: ["a{i", "a{}", "a{1}", "a{i+}", "a{i*2}", "****"])
  func `patterns that mean nothing are refused`(pattern: String) {
    let error = #expect(throws: RuntimeError.self) { try WeightPattern(pattern) }
    #expect(error?.description.hasPrefix("pattern '\(pattern)': expected") == true)
  }
}
