import Testing

/// Every mistake is told with its place, what was expected, and what was found.
@Suite struct ElaborationErrorTests {
  struct Mistake: CustomTestStringConvertible {
    var testDescription: String
    var nodes: String
    var blocks = ""
    var expected: String
  }

  static let mistakes = [
    Mistake(
      testDescription: "an unknown operator", nodes: "- lineer: {from: x, features: 4}",
      expected: """
        model.yaml:9:9: error: 'lineer' is no operator, block or network (did you mean 'linear'?); \
        `planform operators` lists the operators
          in n.lineer
        """),
    Mistake(
      testDescription: "an unknown attribute",
      nodes: "- conv2d: {from: x, channels: 4, kernal: 3}",
      expected:
        "model.yaml:9:40: error: unknown attribute 'kernal' of conv2d (did you mean 'kernel'?)"),
    Mistake(
      testDescription: "an unknown value", nodes: "- linear: {from: z, features: 4}",
      expected: "model.yaml:9:24: error: there is no value 'z' here"),
    Mistake(
      testDescription: "a node that nobody reads",
      nodes: "- linear: {as: idle, from: x, features: 4}\n- linear: {from: x, features: 2}",
      expected: "model.yaml:9:9: error: nobody reads 'idle'; connect it or remove it"),
    Mistake(
      testDescription: "a name given twice",
      nodes: "- relu: {as: a, from: x}\n- relu: {as: a}",
      expected: "'a'"),
    Mistake(
      testDescription: "shapes that do not fit",
      nodes: "- linear: {as: a, from: x, features: 4}\n- add: {from: [a, x]}",
      expected: "add: the shapes f32[4×4] and f32[4×3] do not broadcast"),
    Mistake(
      testDescription: "an attribute of the wrong type",
      nodes: "- linear: {from: x, features: 1.5}",
      expected:
        "model.yaml:9:27: error: type mismatch: 'features' of linear wants a whole number, found 1.5"
    ),
    Mistake(
      testDescription: "an unknown parameter in an expression",
      nodes: "- linear: {from: x, features: widht * 2}",
      expected: "did you mean 'width'?"),
    Mistake(
      testDescription: "a block within itself", nodes: "- loop: {from: x}",
      blocks: "blocks: {loop: {nodes: [{loop: {from: input}}]}}",
      expected: "block 'loop' contains itself: loop → loop"),
    Mistake(
      testDescription: "a parameter that a block does not have",
      nodes: "- wide: {from: x, chanels: 4}",
      blocks:
        "blocks: {wide: {params: [channels], nodes: [{linear: {from: input, features: channels}}]}}",
      expected: "unknown parameter 'chanels' of block 'wide' (did you mean 'channels'?)"),
    Mistake(
      testDescription: "a port that a node does not have",
      nodes: "- split: {as: halves, from: x, axis: 0}\n- relu: {from: halves.z}",
      expected: "'halves' has no 'z'"),
  ]

  @Test(arguments: mistakes)
  func `a mistake is explained with its place`(_ mistake: Mistake) throws {
    let found = try diagnostics(modelWithNodes(mistake.nodes, blocks: mistake.blocks))
    #expect(found.contains { $0.contains(mistake.expected) }, "\(found.joined(separator: "\n"))")
  }

  @Test func `independent mistakes are told together and consequences are not`() throws {
    let found = try diagnostics(
      modelWithNodes(
        """
        - linear: {as: a, from: x, featurs: 4}
        - relu: {as: b, from: a}
        - tanhh: {as: c, from: x}
        - add: {from: [b, c]}
        """))
    #expect(found.count == 2)
  }

  @Test(arguments: [
    (
      "linaer: {weight: 0}",
      "model.yaml:7:7: error: 'init' names 'linaer', which is no operator (did you mean 'linear'?)"
    ),
    (
      "linear: {wieght: 0}",
      """
      model.yaml:7:16: error: 'init' names the parameter 'wieght', which no node of this network \
      has (did you mean 'weight'?); there are bias, weight
      """
    ),
    (
      "linear: {bias: {normal: [0, 1, 2]}}",
      "model.yaml:7:23: error: the initialiser 'normal' takes at most 2 numbers, got 3"
    ),
  ])
  func `init names what exists and gives each scheme its numbers`(
    _ rule: String, _ expected: String
  ) throws {
    let found = try diagnostics(
      """
      planform: 1
      name: test
      networks:
        n:
          inputs: {x: [4, 3]}
          init:
            \(rule)
          nodes: [{linear: {from: x, features: 1}}]
      sample:
        inputs: {x: [4, 3]}
        nodes: [{n: {as: y, from: x}}]
        outputs: {y: y}
      """)
    #expect(found.first?.hasPrefix(expected) == true, "\(found)")
  }

  @Test func `a slice that leaves nothing names the need for a larger batch`() throws {
    let found = try diagnostics(
      """
      planform: 1
      name: test
      params: {batch: 1}
      networks:
        n: {inputs: {x: [any, 3]}, nodes: [{linear: {from: x, features: 1}}]}
      sample:
        inputs: {x: [batch, 3]}
        nodes: [{n: {as: y, from: "x[1:]"}}]
        outputs: {y: y}
      """)
    #expect(found.contains { $0.contains("needs a greater extent than 1") }, "\(found)")
  }
}
