import Testing

/// Files that ask for more than any machine has are refused at the node that asks.
@Suite struct ElaborationBoundsTests {
  @Test(arguments: [
    ("- linear: { features: 2147483648 }", "'features' of linear must lie between"),
    (
      "- linear: { features: 1000000 }\n- linear: { features: 1000000 }",
      "a tensor f32[1000000×1000000] is too large; the limit is 1 TiB"
    ),
    ("- reshape: { to: [2147483647, 2147483647, 2147483647] }", "do not fill"),
    ("- reshape: { to: [3\(String(repeating: ", 1", count: 16))] }", "of 18 axes has too many"),
    ("- split: { parts: 2147483647 }", "split: there must be 1 to 4096 'parts'"),
    ("- softmax: { axis: -9223372036854775808 }", "'axis' of softmax must lie between"),
    ("- reshape: { to: [3, 1, 1] }\n- upsample: { scale: 2147483647 }", "is too large"),
    (
      "- reshape: { to: [3, 1, 1] }\n"
        + "- conv2d: { channels: 2147483647, kernel: 32768, padding: 65536 }",
      "a tensor f32[2147483647×3×32768×32768] is too large"
    ),
    (
      "- reshape: { to: [3, 1, 1] }\n- conv2d: { channels: 1, kernel: 2147483647 }",
      "'kernel' 1 to 32768"
    ),
    (
      "- reshape: { to: [3, 1, 1] }\n"
        + "- conv_transpose2d: { channels: 1, kernel: 3, stride: 2147483647, padding: same }",
      "is too large"
    ),
    (
      "- repeat: { times: 1024, nodes: [{ repeat: { times: 1024, nodes: [{ relu: }] } }] }",
      "the file unrolls to more than 20000 nodes"
    ),
    (
      "- repeat: { times: 1024, nodes: [{ repeat: { times: 1024, nodes: [] } }] }\n- relu:",
      "the file unrolls to more than 20000 nodes"
    ),
  ])
  func `giants are refused with a place`(nodes: String, message: String) throws {
    let found = try diagnostics(modelWithNodes(nodes))
    let isRefused = found.contains { $0.hasPrefix("model.yaml:") && $0.contains(message) }
    #expect(isRefused, "\(found)")
  }

  @Test func `blocks nested too deep are refused, and so are those that double each time`() throws {
    let chain = (1...100).map { "  b\($0): { nodes: [{ b\($0 - 1): { from: input } }] }" }
    let base = "blocks:\n  b0: { nodes: [{ relu: { from: input } }] }\n"
    let deep = modelWithNodes("- b100:", blocks: base + chain.joined(separator: "\n"))
    #expect(try diagnostics(deep).contains { $0.contains("blocks are nested more than 64 deep") })
    let doubling = (1...30).map {
      "  b\($0): { nodes: [{ b\($0 - 1): { from: input } }, { b\($0 - 1): }] }"
    }
    let wide = modelWithNodes("- b30:", blocks: base + doubling.joined(separator: "\n"))
    #expect(try diagnostics(wide).contains { $0.contains("unrolls to more than 20000 nodes") })
  }

  @Test func `a mistake made a thousand times is told a hundred times at most`() throws {
    let nodes = "- repeat: { times: 1024, index: i, nodes: [{ linear: { features: -i } }] }"
    #expect(try (1...100).contains(diagnostics(modelWithNodes(nodes)).count))
  }
}
