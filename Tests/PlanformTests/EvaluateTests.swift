import Foundation
import Runtime
import Testing
import Training

/// `planform evaluate` on one tiny plan that looks at pictures, turns them into negatives, and draws from noise.
@Suite struct EvaluateTests {
  private static let model = """
    planform: 1
    name: eye
    params: { batch: 4, size: 8 }
    networks:
      eye:
        inputs: { image: [any, 3, size, size] }
        nodes:
          - conv2d:          { as: map, channels: 6, kernel: 3, padding: 1 }
          - leaky_relu:      { as: seen }
          - global_avg_pool: { as: features, keepdims: false }
          - linear:          { as: logits, features: 2 }
        outputs: { map: seen, features: features, logits: logits }
    optimizers:
      o: { adam: { lr: 0.02 }, update: [eye] }
    data:
      image: { from: images, range: [-1, 1] }
      label: { from: labels }
    train:
      inputs: { image: [batch, 3, size, size], label: { shape: [batch], type: int64 } }
      steps:
        - fit:
            - eye:      { as: guess, from: image }
            - loss:     { as: loss, value: "cross_entropy(guess.logits, label)" }
            - minimize: { loss: loss, with: o }
      report: [loss]
    features:
      inputs: { image: [batch, 3, size, size] }
      nodes:
        - eye: { as: seen, from: image }
      outputs: { map_1: seen.map, features: seen.features, logits: seen.logits }
    style:
      inputs: { image: [batch, 3, size, size] }
      nodes:
        - eye: { as: seen, from: image }
      outputs: { style: seen.features }
    sample:
      inputs: { image: [batch, 3, size, size], label: { shape: [batch], type: int64 } }
      nodes:
        - one_hot: { as: target, from: label, classes: 2 }
        - normal:  { as: noise, shape: [batch, 3, size, size] }
        - compute: { as: negative, value: "0.01 * noise - image * mean(target) * 2" }
      outputs: { image: negative }
    drawn:
      nodes:
        - normal: { as: noise, shape: [batch, 3, size, size] }
      outputs: { image: noise }
    """

  /// Compiles the plan and trains it, once for all tests, to tell bright pictures from dark ones.
  private static let prepared = Result {
    let folder = try ScratchFolder()
    try folder.write(model, to: "eye.yaml")
    try writeData(to: folder.path("data.safetensors"))
    _ = try succeed(["compile", "eye.yaml", "-o", "eye.plan", "--quiet"], in: folder)
    _ = try succeed(
      [
        "train", "eye.plan", "--data", "data.safetensors", "--out", "run", "--steps", "60",
        "--sample-every", "0",
      ], in: folder)
    return folder
  }

  private let folder: ScratchFolder

  init() throws {
    let prepared = try Self.prepared.get()
    folder = try ScratchFolder()
    for name in ["eye.plan", "data.safetensors", "run"] {
      try FileManager.default.createSymbolicLink(
        at: folder.url(name), withDestinationURL: prepared.url(name))
    }
  }

  /// 24 pictures, twelve dark ones and their negatives: picture `i + 12` is the negative of `i`.
  private static func writeData(to path: String) throws {
    let (count, side) = (24, 8)
    let pixels = (0..<count).flatMap { index in
      (0..<side * side).flatMap { place in
        [0, 1, 2].map { channel in
          let dark = UInt8((index % 12 * 7 + place * channel) % 60)
          return index < 12 ? dark : 255 - dark
        }
      }
    }
    let captions = JSON.array(
      (0..<count).map { .strings([$0 < 12 ? "a dark square" : "a bright square"]) })
    try SafetensorsFile.write(
      [
        TensorToWrite(name: "images", element: .uint8, shape: [count, side, side, 3]) {
          writer throws(RuntimeError) in
          try writer.write(pixels)
        },
        TensorToWrite(
          "embeddings",
          HostTensor(shape: [count, 1, 2], (0..<count).flatMap { [Float($0 / 12), Float(1)] })),
        TensorToWrite(
          "labels", HostTensor(shape: [count], (0..<count).map { Int64($0 / 12) })),
        TensorToWrite("pairs", HostTensor(shape: [count], (0..<count).map { Int64($0 % 12) })),
      ],
      metadata: [
        "format": "planform-dataset-1", "captions": captions.text,
        "classes": #"["dark","bright"]"#, "embedding": "two numbers",
      ], to: path)
  }

  private static func succeed(_ arguments: [String], in folder: ScratchFolder) throws -> Invocation
  {
    let run = try Invocation(arguments: arguments, in: folder)
    try #require(run.code == 0, "\(arguments): \(run.errors)")
    return run
  }

  /// Runs a measure and gives the numbers of its JSON file.
  private func evaluate(_ arguments: [String]) throws -> [String: Any] {
    _ = try Self.succeed(["evaluate"] + arguments + ["--json", "result.json"], in: folder)
    let result = try JSONSerialization.jsonObject(with: folder.bytes(of: "result.json"))
    return try #require(result as? [String: Any])
  }

  private static let weights = ["--weights", "run/checkpoint.safetensors"]
  private static let data = ["--data", "data.safetensors"]
  private static let features = [
    "--features", "eye.plan", "--feature-weights", "run/checkpoint.safetensors",
  ]

  @Test func `a trained classifier is right, about real pictures and about their negatives`() throws
  {
    let real = try evaluate(["accuracy"] + Self.data + Self.features)
    #expect(real["accuracy"] as? Double == 1)
    #expect(real["confusion"] as? [[Int]] == [[12, 0], [0, 12]])
    // The program draws the negative of each picture under the picture's own label.
    let drawn = try evaluate(
      ["accuracy", "eye.plan", "--samples", "24"] + Self.weights + Self.data + Self.features)
    #expect(drawn["confusion"] as? [[Int]] == [[0, 12], [12, 0]])
  }

  @Test func `the Inception Score of two classes lies between 1 and 2`() throws {
    let real = try evaluate(["inception-score", "--splits", "2"] + Self.data + Self.features)
    let score = try #require(real["mean"] as? Double)
    #expect(score > 1.2 && score <= 2)
    #expect(real["samples"] as? Int == 24)
    #expect((real["splits"] as? [Double])?.count == 2)
    // Only full batches of four count, and a program that draws from noise needs no data set.
    let noise = try evaluate(
      ["inception-score", "eye.plan", "--program", "drawn", "--samples", "11", "--splits", "1"]
        + Self.weights + Self.features)
    #expect(noise["samples"] as? Int == 8)
  }

  @Test func `a data set is at no distance from itself, and noise is far away`() throws {
    let same = try evaluate(
      ["fid", "--against", "data.safetensors"] + Self.data + Self.features)
    #expect(abs(try #require(same["FID"] as? Double)) < 1e-4)
    let noise = ["eye.plan", "--program", "drawn", "--samples", "24"]
    let far = try evaluate(["fid"] + noise + Self.weights + Self.data + Self.features)
    #expect(try #require(far["FID"] as? Double) > 0.01)
    let kernel = try evaluate(["kid"] + noise + Self.weights + Self.data + Self.features)
    #expect(try #require(kernel["KID"] as? Double) > 0.001)
  }

  @Test func `pictures for one condition differ by their noise`() throws {
    let diversity = try evaluate(
      ["diversity", "eye.plan", "--samples", "6", "--outputs", "3"] + Self.weights + Self.data
        + Self.features)
    #expect(diversity["conditions"] as? Int == 6)
    let noise = try evaluate(
      ["diversity", "eye.plan", "--program", "drawn", "--samples", "6", "--outputs", "3"]
        + Self.weights + Self.features)
    let (little, much) = (diversity["LPIPS"] as? Double, noise["LPIPS"] as? Double)
    #expect(try #require(little) > 0)
    #expect(try #require(much) > 10 * (little ?? .infinity))
  }

  @Test func `translations are scored for every ordered pair of domains`() throws {
    let scores = try evaluate(
      ["domains", "eye.plan", "--outputs", "2"] + Self.weights + Self.data + Self.features)
    for key in ["dark2bright", "bright2dark", "mean"] {
      #expect(scores["FID_latent/\(key)"] is Double)
      #expect(scores["LPIPS_latent/\(key)"] is Double)
    }
    #expect(scores.count == 6)
    let mean = try #require(scores["FID_latent/mean"] as? Double)
    let sum = ["dark2bright", "bright2dark"].reduce(0.0) {
      $0 + (scores["FID_latent/\($1)"] as? Double ?? .nan)
    }
    #expect(abs(mean - sum / 2) < 1e-9)
    // Negatives of dark pictures are the bright ones.
    #expect(mean < 0.05)
  }

  @Test func `negatives meet their paired truth, which the sources miss`() throws {
    let errors = try evaluate(["pairs", "eye.plan"] + Self.weights + Self.data)
    #expect(try #require(errors["L1_latent/dark2bright"] as? Double) < 0.01)
    #expect(try #require(errors["MSE_latent/mean"] as? Double) < 0.0002)
    #expect(try #require(errors["L1_source/mean"] as? Double) > 0.5)
  }

  @Test func `styles that follow the colour tell dark from bright`() throws {
    let style = try evaluate(
      ["style", "eye.plan", "--clusters", "2", "--folds", "2"] + Self.weights + Self.data)
    #expect(try #require(style["auc"] as? Double) > 0.95)
    #expect((style["folds"] as? [Double])?.count == 2)
    #expect(style["auc_text"] as? Double == 1)
  }

  @Test(arguments: [
    (["inception-score"], 64, "give a plan that draws, or a data set by --data"),
    (["fid"] + data, 64, "expected a plan that draws, or a second data set by --against"),
    (
      ["inception-score", "eye.plan"] + weights, 66,
      "the program 'sample' wants 'image' of shape [4, 3, 8, 8]; give the data set"
    ),
    (
      ["accuracy", "--feature-program", "style"] + data, 66,
      "the program 'style' has no output 'logits'; it has 'style'"
    ),
    (["accuracy", "--feature-program", "none"] + data, 66, "no program 'none'"),
    (
      ["accuracy", "eye.plan", "--program", "drawn"] + weights + data, 65,
      "the program 'drawn' draws without any condition"
    ),
    (
      ["domains", "eye.plan", "--program", "drawn"] + weights + data, 65,
      "expected the program 'drawn' to take a source picture"
    ),
  ])
  func `what cannot be measured is refused with the reason`(
    arguments: [String], code: Int32, text: String
  ) throws {
    let run = try Invocation(arguments: ["evaluate"] + arguments + Self.features, in: folder)
    #expect(run.code == code)
    #expect(run.errors.contains(text), "\(run.errors)")
  }

  @Test(arguments: [
    "inception-score", "fid", "kid", "diversity", "domains", "pairs", "style", "accuracy",
    "retrieval",
  ])
  func `every measure's help has an example`(measure: String) throws {
    let help = try Invocation("evaluate", measure, "--help", in: ScratchFolder())
    #expect(help.code == 0)
    #expect(help.output.contains("planform evaluate \(measure)"))
  }
}
