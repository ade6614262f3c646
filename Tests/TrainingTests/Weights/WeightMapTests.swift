import Plan
import Runtime
import Testing
import Training

@Suite struct WeightMapTests {
  let folder: TemporaryFolder
  let map: WeightMap

  init() throws {
    folder = try TemporaryFolder()
    map = WeightMap(
      rules: [
        try WeightRule(ours: "g/fc.weight", theirs: "G/fc.kernel", transpose: [1, 0]),
        try WeightRule(
          ours: "g/ca.weight", theirs: "G/ca.weight",
          reshape: .init(toOurs: [0, -1], toTheirs: [0, 0, 1, 1])),
        try WeightRule(ours: "g/up_{i}.conv.*", theirs: "G/upsample{i+1}.1.*"),
        try WeightRule(ours: "g/lost.weight", theirs: "G/lost.weight"),
      ],
      ignored: [try WeightPattern("*.num_batches_tracked"), try WeightPattern("adam/*")])
  }

  private func write(_ tensors: [(String, HostTensor)], _ name: String) throws -> SafetensorsFile {
    try SafetensorsFile.write(tensors, to: folder.file(name))
    return try SafetensorsFile.read(path: folder.file(name))
  }

  private func counting(_ shape: [Int]) -> HostTensor {
    HostTensor(shape: shape, (0..<shape.reduce(1, *)).map { Float($0) })
  }

  private func theirs() throws -> SafetensorsFile {
    try write(
      [
        ("init/G/fc.kernel", counting([2, 3])), ("init/G/ca.weight", counting([2, 3, 1, 1])),
        ("init/G/upsample1.1.weight", counting([4])), ("init/G/upsample2.1.bias", counting([2])),
        ("init/G/upsample1.2.num_batches_tracked", HostTensor(shape: [], [Int64(0)])),
        ("init/G/strange", counting([1])), ("final/G/fc.kernel", counting([9, 9])),
      ], "theirs")
  }

  @Test func `tensors are renamed, turned and reshaped, and all others listed`() throws {
    let outcome = try map.imported(from: theirs(), prefix: "init/")
    let tensors = Dictionary(uniqueKeysWithValues: outcome.tensors.map { ($0.name, $0.tensor) })
    #expect(
      tensors == [
        "g/fc.weight": HostTensor(shape: [3, 2], [0, 3, 1, 4, 2, 5] as [Float]),
        "g/ca.weight": counting([2, 3]), "g/up_0.conv.weight": counting([4]),
        "g/up_1.conv.bias": counting([2]),
      ])
    #expect(outcome.report.missing == ["G/lost.weight"])
    #expect(outcome.report.unexpected == ["G/strange"])
    #expect(outcome.report.ignored == ["G/upsample1.2.num_batches_tracked"])
    #expect(!outcome.report.isExact)
    #expect(
      outcome.report.description == """
        4 loaded, 1 missing, 1 unexpected, 0 wrongly shaped, 1 ignored
          missing: 'G/lost.weight'
          unexpected: 'G/strange'
        """)
  }

  @Test func `what is imported and exported again is the same`() throws {
    let original = try theirs()
    let imported = try map.imported(from: original, prefix: "init/")
    let ours = try write(
      imported.tensors.map { ($0.name, $0.tensor) } + [("adam/g/fc.weight/m", counting([1]))],
      "ours")
    let exported = try map.exported(from: ours, prefix: "init/")
    #expect(exported.tensors.count == 4)
    for (name, tensor) in exported.tensors { #expect(try original.tensor(name) == tensor) }
    #expect(exported.report.unexpected == [])
    #expect(exported.report.missing == ["g/lost.weight"])
  }

  @Test func `a plan says which tensors are missing and which have the wrong shape`() throws {
    func state(
      _ name: String, _ shape: [Int], _ role: StateDeclaration.Role = .parameter
    ) -> StateDeclaration {
      StateDeclaration(name: name, shape: shape, role: role, initializer: .constant(0))
    }
    let plan = Plan(
      model: "m", sourceHash: "", parameters: [:],
      states: [
        state("g/fc.weight", [3, 2]), state("g/ca.weight", [3, 2]),
        state("g/up_0.conv.weight", [4]), state("g/new.mean", [1], .statistic),
        state("adam/g/fc.weight/m", [3, 2], .slot),
      ], data: [], programs: [], report: [])
    let outcome = try map.imported(from: theirs(), prefix: "init/", for: plan)
    #expect(outcome.report.loaded == ["g/fc.weight", "g/up_0.conv.weight"])
    #expect(outcome.report.missing == ["g/new.mean"])
    #expect(outcome.report.unexpected == ["G/strange", "g/up_1.conv.bias"])
    #expect(
      outcome.report.mismatched.map(\.description)
        == ["'g/ca.weight': expected f32[3, 2], found f32[2, 3]"])
    #expect(outcome.tensors.map(\.name) == ["g/fc.weight", "g/up_0.conv.weight"])
  }

  @Test func `two tensors with one destination are refused`() throws {
    let map = WeightMap(rules: [
      try WeightRule(ours: "x", theirs: "a"), try WeightRule(ours: "x", theirs: "b"),
    ])
    let file = try write([("a", counting([1])), ("b", counting([1]))], "f")
    let error = #expect(throws: RuntimeError.self) { try map.imported(from: file) }
    #expect(error?.description == "the map sends both 'a' and 'b' to 'x'")
  }

  @Test func `rules that cannot be reversed are refused`() throws {
    #expect(throws: RuntimeError.self) { try WeightRule(ours: "a{i}", theirs: "a") }
    #expect(throws: RuntimeError.self) { try WeightRule(ours: "a", theirs: "*") }
    #expect(throws: RuntimeError.self) {
      try WeightRule(ours: "a", theirs: "b", transpose: [0, 2])
    }
  }

  @Test func `shapes that do not fit a rule are named`() throws {
    let rule = try WeightRule(ours: "a", theirs: "b", transpose: [1, 0])
    let error = #expect(throws: RuntimeError.self) { try rule.imported(counting([2])) }
    #expect(
      error?.description
        == "rule 'a: b': transpose [1, 0] needs a tensor with 2 axes, found shape [2]")
    let reshape = try WeightRule(
      ours: "a", theirs: "b", reshape: .init(toOurs: [0, 5], toTheirs: [0, -1]))
    let second = #expect(throws: RuntimeError.self) { try reshape.imported(counting([2, 3])) }
    #expect(
      second?.description
        == "rule 'a: b': a tensor of shape [2, 3] cannot be reshaped to [0, 5]")
  }
}
