import GraphIR
import GraphLanguage
import Plan
import Testing

@Suite struct DrawTests {
  private static let header = "planform: 1\nname: m\n"

  @Test func `draws and what belongs to them are read`() throws {
    let document = try ExampleModel.parse(
      main: """
        planform: 1
        name: m
        params: { size: 64, domains: 3, paired: false }
        draws:
          sample: { balanced: true }
          reference: { balanced: true }
          twin: { with: reference, class: same }
          wrong: { with: sample, class: other }
          plain:
        data:
          x_ref:
            from: images
            of: reference
            random_resized_crop: { scale: [0.8, 1], ratio: [0.9, 1.1], probability: 0.5 }
            resize: size
          y_ref: { from: labels, of: reference, classes: domains }
          text: { from: embeddings, captions: 4, slice: 2400 }
          wrong: { from: images, of: wrong, random_resized_crop: { scale: [0.5, 1] } }
        """)
    #expect(
      try document.planDraws() == [
        Draw("sample", .balanced), Draw("reference", .balanced),
        Draw("twin", .related(to: "reference", .same)),
        Draw("wrong", .related(to: "sample", .other)), Draw("plain", .epochs),
      ])
    let cut = RandomResizedCrop(scale: 0.8...1, ratio: 0.9...1.1, probability: 0.5)
    #expect(
      try sources(of: document) == [
        DataSource(
          input: "x_ref", of: "reference",
          content: .images(ImageTransform(resizedCrop: cut, resize: 64))),
        DataSource(input: "y_ref", of: "reference", content: .labels(classes: 3)),
        DataSource(input: "text", content: .embeddings(captions: 4, slice: 2400)),
        DataSource(
          input: "wrong", of: "wrong",
          content: .images(ImageTransform(resizedCrop: RandomResizedCrop(scale: 0.5...1)))),
      ])
  }

  @Test(arguments: [
    (
      "draws: {a: {with: sample}}",
      "3:12: error: a draw with another needs 'class', one of 'same', 'other' and 'any'"
    ),
    (
      "draws: {a: {with: sample, class: equal}}",
      "3:34: error: a draw with another needs 'class', one of 'same', 'other' and 'any', found the "
        + "text 'equal'"
    ),
    (
      "draws: {a: {class: same}}",
      "3:20: error: 'class' says how a draw relates to another; name that one by 'with'"
    ),
    (
      "draws: {a: {with: sample, class: any, balanced: true}}",
      "3:49: error: draw 'a' follows another, so that it cannot be balanced as well; remove "
        + "'balanced' or 'with'"
    ),
    (
      "draws: {sample: {with: sample, class: any}}",
      "3:24: error: the draw 'sample' follows no other; it may be balanced, and others may follow it"
    ),
    ("draws: {a: {balanced: 2}}", "3:23: error: 'balanced' is true or false, found the number 2"),
    (
      "draws: {a: {balancd: true}}", "3:13: error: unknown key 'balancd' (did you mean 'balanced'?)"
    ),
    (
      "data: {x: {from: images, random_resized_crop: {ratio: [1, 2]}}}",
      "3:47: error: 'random_resized_crop' needs 'scale'"
    ),
    (
      "data: {x: {from: images, random_resized_crop: {scale: 1}}}",
      "3:55: error: 'scale' is two numbers, such as [0.8, 1], found the number 1"
    ),
    (
      "data: {x: {from: labels, slice: 3}}",
      "3:26: error: unknown key 'slice'; expected one of: from, of, classes, when"
    ),
  ])
  func `says what is wrong with a draw, and where`(text: String, expected: String) {
    #expect(ExampleModel.errors(Self.header + text) == ["m.yaml:" + expected])
  }

  @Test(arguments: [
    (
      "draws: {a: {with: b, class: same}, b: {}}",
      "3:19: error: no draw 'b' stands above; expected one of: sample"
    ),
    (
      "draws: {reference: {}}\ndata: {x: {from: labels, of: refrence}}",
      "4:30: error: no draw 'refrence' stands above (did you mean 'reference'?)"
    ),
    (
      "data: {x: {from: images, random_resized_crop: {scale: [0, 1]}}}",
      "3:56: error: 'scale' is two numbers above 0 and at most 1, the lower first, found [0, 1]"
    ),
    (
      "data: {x: {from: images, random_resized_crop: {scale: [1, 1], probability: 2}}}",
      "3:76: error: 'probability' is a number from 0 to 1, found 2"
    ),
    (
      "data: {x: {from: labels, classes: 0}}",
      "3:35: error: 'classes' is a whole number from 1 to 65536, found 0"
    ),
  ])
  func `draws and numbers that cannot be are refused`(text: String, expected: String) throws {
    let document = try ExampleModel.parse(main: Self.header + text + "\n")
    let error = #expect(throws: Diagnostic.self) {
      _ = try document.planDraws()
      _ = try sources(of: document)
    }
    #expect(error?.description == "m.yaml:" + expected)
  }

  private func sources(of document: Document) throws -> [DataSource] {
    let values = Dictionary(uniqueKeysWithValues: document.params.map { ($0.name, $0.value) })
    let scope = Scope(values)
    return try document.dataSources { (expression) throws(Diagnostic) in
      try expression.evaluate(in: scope)
    }
  }
}
