import GraphIR
import GraphLanguage
import Testing

@Suite struct DocumentErrorTests {
  private static let header = "planform: 1\nname: m\n"

  /// The text after the two lines of the header, and everything that is wrong with it.
  @Test(arguments: [
    (
      "netwroks: {}", ["m.yaml:3:1: error: unknown key 'netwroks' (did you mean 'networks'?)"]
    ),
    (
      "precision: bf61",
      [
        "m.yaml:3:12: error: 'precision' is float32 or bf16, found the text 'bf61' "
          + "(did you mean 'bf16'?)"
      ]
    ),
    (
      "params: {a: [1]}",
      [
        "m.yaml:3:13: error: parameter 'a' is a number, true or false, a text, or "
          + "'{default: ..., one_of: [...]}', found a list"
      ]
    ),
    (
      "params: {if: 1}",
      ["m.yaml:3:10: error: 'if' cannot name a parameter: it is a word of the language"]
    ),
    (
      "params: {2x: 1}",
      [
        "m.yaml:3:10: error: '2x' cannot name a parameter: a name is letters, digits and '_', and "
          + "does not begin with a digit"
      ]
    ),
    ("let: {a: 1 +}", ["m.yaml:3:13: error: expected a value, but the expression ends"]),
    ("networks: [a]", ["m.yaml:3:11: error: 'networks' is a mapping ('key: value'), found a list"]),
    (
      "networks: {g: }",
      [
        "m.yaml:3:15: error: network 'g' needs 'inputs'",
        "m.yaml:3:15: error: network 'g' needs 'nodes'",
      ]
    ),
    (
      "networks: {loss: {inputs: {x: [1]}, nodes: [relu]}}",
      ["m.yaml:3:12: error: 'loss' cannot name a network: it is a structural word"]
    ),
    (
      "networks: {g: {inputs: {x: [1, any]}, nodes: [relu]}}",
      [
        "m.yaml:3:32: error: 'any' stands for the batch axis (the first) of a network's input only"
      ]
    ),
    (
      "networks: {g: {inputs: {x: {shape: [1], type: int8}}, nodes: [relu]}}",
      ["m.yaml:3:47: error: expected the type 'float32' or 'int64', found the text 'int8'"]
    ),
    (
      "blocks: {b: {nodes: {}}}",
      ["m.yaml:3:21: error: 'nodes' of block 'b' is a list, found a mapping"]
    ),
    (
      "blocks: {b: {nodes: [{relu: {}, as: x}]}}",
      [
        "m.yaml:3:22: error: a node has one key, its operator, block or network, found 2 "
          + "('relu', 'as'); attributes stand below it, indented further, or in braces: "
          + "'relu: {...}'"
      ]
    ),
    (
      "blocks: {b: {nodes: [{relu: 3}]}}",
      ["m.yaml:3:29: error: 'relu' is a mapping ('key: value'), found the number 3"]
    ),
    (
      "blocks: {b: {nodes: [[relu]]}}",
      [
        "m.yaml:3:22: error: expected a node such as 'relu' or 'conv2d: {...}', found a list"
      ]
    ),
    (
      "blocks: {b: {nodes: [{relu: {as: x}}, {tanh: {as: x}}]}}",
      [
        "m.yaml:3:51: error: duplicate name 'x' of a value",
        "  m.yaml:3:34: note: 'x' is declared here first",
      ]
    ),
    (
      "blocks: {b: {inputs: [x], nodes: [{relu: {as: x}}]}}",
      [
        "m.yaml:3:47: error: duplicate name 'x' of a value",
        "  m.yaml:3:23: note: 'x' is declared here first",
      ]
    ),
    (
      "blocks: {b: {nodes: [{repeat: {time: 3, nodes: [relu]}}]}}",
      [
        "m.yaml:3:31: error: 'repeat' needs 'times'",
        "m.yaml:3:32: error: unknown key 'time' (did you mean 'times'?)",
      ]
    ),
    (
      "blocks: {b: {nodes: [{minimize: {loss: l, with: d}}]}}",
      [
        "m.yaml:3:33: error: 'minimize' changes state and stands in programs only, not in a block"
      ]
    ),
    (
      "blocks: {b: {nodes: [{loss: {as: l, from: x, value: x}}]}}",
      [
        "m.yaml:3:37: error: unknown key 'from'; expected one of: as, when, value"
      ]
    ),
    (
      "blocks: {b: {nodes: [{add: {from: [x, 3]}}]}}",
      [
        "m.yaml:3:39: error: expected the name of a value, such as 'image', 'ca.c' or 'h[1:]', "
          + "found '3'"
      ]
    ),
    (
      "blocks: {b: {params: [a, a], nodes: [relu]}}",
      [
        "m.yaml:3:26: error: duplicate name 'a' of a parameter",
        "  m.yaml:3:23: note: 'a' is declared here first",
      ]
    ),
    (
      "optimizers: {d: {adam: {betas: [0, 1]}, update: [a]}}",
      ["m.yaml:3:24: error: 'adam' needs 'lr'"]
    ),
    (
      "optimizers: {d: {adam: {lr: 1}}}",
      ["m.yaml:3:17: error: optimizer 'd' needs 'update'"]
    ),
    (
      "optimizers: {d: {update: g}}",
      [
        "m.yaml:3:17: error: optimizer 'd' needs one update rule, such as 'adam: {lr: 2e-4}', "
          + "found none"
      ]
    ),
    (
      "schedules: {s: {start: 1, linear_to: 0, over: 100}}",
      [
        "m.yaml:3:47: error: expected a span such as '100 epochs' or '5000 iterations', found the "
          + "number 100"
      ]
    ),
    (
      "schedules: {s: {start: 1, halve_evry: 3 epochs}}",
      ["m.yaml:3:27: error: unknown key 'halve_evry' (did you mean 'halve_every'?)"]
    ),
    (
      "schedules: {s: {start: 1, halve_every: 3 epochs, linear_to: 0}}",
      [
        "m.yaml:3:16: error: schedule 's' takes one of 'halve_every', 'multiply_by' and 'linear_to'"
      ]
    ),
    (
      "data: {x: {from: pictures}}",
      [
        "m.yaml:3:18: error: expected 'images', 'embeddings' or 'labels', found the text 'pictures'"
      ]
    ),
    (
      "data: {x: {from: images, range: [0, 1, 2]}}",
      [
        "m.yaml:3:33: error: 'range' is two numbers, such as [-1, 1], found a list of 3"
      ]
    ),
    (
      "train: {inputs: {x: [any]}, steps: [{a: [relu]}, {a: [relu]}]}",
      [
        "m.yaml:3:22: error: 'any' stands for the batch axis (the first) of a network's input only",
        "m.yaml:3:51: error: duplicate name 'a' of a step",
        "  m.yaml:3:38: note: 'a' is declared here first",
      ]
    ),
    ("sample: {nodes: [relu]}", ["m.yaml:3:9: error: program 'sample' needs 'outputs'"]),
    (
      "blocks: {a: {nodes: [relu]}}\nnetworks: {a: {inputs: {x: [1]}, nodes: [relu]}}",
      [
        "m.yaml:4:12: error: duplicate name 'a' of a block or network",
        "  m.yaml:3:10: note: 'a' is declared here first",
      ]
    ),
    (
      "params: {a: 1}\nlet: {a: 2}",
      [
        "m.yaml:4:7: error: duplicate name 'a' of a value",
        "  m.yaml:3:10: note: 'a' is declared here first",
      ]
    ),
  ])
  func `says what is wrong, where, and what would be right`(text: String, expected: [String]) {
    #expect(ExampleModel.errors(Self.header + text) == expected)
  }

  @Test(arguments: [
    ("", ["m.yaml:1:1: error: the file is empty"]),
    ("[]", ["m.yaml:1:1: error: a model file is a mapping ('key: value'), found a list"]),
    (
      "planform: 2\nname: m\n",
      [
        "m.yaml:1:11: error: this build reads version 1 of the language ('planform: 1'), found the "
          + "number 2"
      ]
    ),
    (
      "params: {}",
      [
        "m.yaml:1:1: error: a model file needs 'planform'",
        "m.yaml:1:1: error: a model file needs 'name'",
      ]
    ),
    (
      "planform: 1\nname: ../m\n",
      [
        "m.yaml:2:7: error: a model's name is letters, digits, '-', '_' and '.', found the text "
          + "'../m'"
      ]
    ),
  ])
  func `a model begins with its version and name`(text: String, expected: [String]) {
    #expect(ExampleModel.errors(text) == expected)
  }

  @Test func `conditions may choose between nodes of one name`() {
    let text = "blocks: {b: {nodes: [{relu: {as: x, when: a}}, {tanh: {as: x, when: not a}}]}}"
    #expect(ExampleModel.errors(Self.header + text) == [])
  }

  @Test func `all independent errors come at once, in the order of their places`() {
    let text = """
      planform: 1
      name: m
      params: { a: [] }
      networks:
        g:
          inputs: { x: [1, 2 +] }
          nods: []
          nodes: [{ conv2d: { when: 1 + } }, { loss: {} }]
      optimizers: { d: { adam: {}, update: [] } }
      """
    let lines = ExampleModel.errors(text).compactMap { $0.split(separator: ":").dropFirst().first }
    #expect(lines == ["3", "6", "7", "8", "8", "9"])
  }

  @Test func `floods of errors are cut`() {
    let text = Self.header + (0..<5000).map { "k\($0): 1\n" }.joined()
    #expect(ExampleModel.errors(text).count == 100)
  }
}
