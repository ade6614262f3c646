import Foundation
import Plan
import Runtime
import Testing

@testable import Training

@Suite struct BatchTests {
  private let folder: TemporaryFolder
  private let dataSet: DataSet
  private let sources = [
    DataSource(
      input: "image",
      content: .images(ImageTransform(randomCrop: 4, horizontalFlip: true, low: 0, high: 255))),
    DataSource(input: "text", content: .embeddings(captions: 1)),
    DataSource(input: "label", content: .labels()),
  ]
  private let shapes = ["image": [3, 3, 4, 4], "text": [3, 4], "label": [3]]

  init() throws {
    folder = try TemporaryFolder()
    dataSet = try syntheticDataSet(in: folder)
  }

  @Test func `an epoch shows no sample twice, and the next comes in another order`() {
    let plan = BatchPlan(count: 10, batch: 3, seed: 1)
    let epochs = (0..<4).map { epoch in (0..<3).flatMap { plan.indices(iteration: epoch * 3 + $0) }
    }
    for epoch in epochs { #expect(Set(epoch).count == 9) }
    #expect(Set(epochs).count == 4)
    #expect(
      BatchPlan(count: 10, batch: 3, seed: 2).indices(iteration: 0) != plan.indices(iteration: 0))
    // Changing these numbers changes what a resumed run sees.
    #expect(plan.indices(iteration: 0) == Self.pinned[0])
    #expect(plan.indices(iteration: 4) == Self.pinned[1])
  }

  @Test func `a small data set is wrapped around evenly`() {
    let plan = BatchPlan(count: 4, batch: 10, seed: 5)
    #expect(plan.epochLength == 1)
    let counts = Dictionary(grouping: plan.indices(iteration: 3)) { $0 }.mapValues(\.count)
    #expect(counts.count == 4 && counts.values.allSatisfy { 2...3 ~= $0 })
  }

  @Test func `images, embeddings and labels are of the same sample`() throws {
    let source = try batchSource()
    var (mirrored, corners, captionsSeen) = (0, Set<Float>(), Set<String>())
    for iteration in 0..<20 {
      let (batch, image, text, label) = try made(source, iteration)
      for sample in 0..<3 {
        let index = batch.indices[sample]
        let pixels = Array(image[sample * 48..<(sample + 1) * 48])
        #expect(pixels[0] == Float(index) && label[sample] == Int64(index % 3))
        // Green counts columns, so its step tells whether the picture is mirrored.
        let step = pixels[4] - pixels[1]
        #expect(abs(step) == 1 && pixels[12 + 2] - pixels[2] == 1)
        mirrored += step < 0 ? 1 : 0
        corners.insert(min(pixels[1], pixels[10]))
        let caption = Int((text[sample * 4] - Float(index)) * 10 + 0.5)
        #expect(batch.captions[sample] == "picture \(index) caption \(caption)")
        captionsSeen.insert("\(caption)")
      }
    }
    #expect(15...45 ~= mirrored)
    #expect(corners == [0, 1, 2, 3, 4] && captionsSeen == ["0", "1"])
  }

  @Test func `without variation crops are central and first captions are taken`() throws {
    let source = try batchSource(isVaried: false)
    let (batch, image, text, _) = try made(source, 5)
    #expect(image[1] == 2 && image[2] == 2 && text[0] == Float(batch.indices[0]))
  }

  @Test func `several captions are averaged`() throws {
    let source = try batchSource(
      sources: [DataSource(input: "text", content: .embeddings(captions: 2))])
    let text = UnsafeMutableRawBufferPointer.allocate(byteCount: 48, alignment: 16)
    defer { text.deallocate() }
    let batch = try source.fill(iteration: 0, into: ["text": text])
    let first = text.load(as: Float.self)
    #expect(abs(first - Float(batch.indices[0]) - 0.05) < 1e-5)
  }

  @Test func `the prefetcher gives what direct computation gives, from any iteration on`() throws {
    let source = try batchSource()
    for start in [0, 7] {
      let prefetcher = Prefetcher(source, startIteration: start)
      for iteration in start..<start + 12 {
        let direct = try made(source, iteration)
        let fetched = try filled(by: prefetcher.next)
        #expect(fetched.0 == direct.0 && fetched.0.iteration == iteration)
        #expect(fetched.1 == direct.1 && fetched.2 == direct.2 && fetched.3 == direct.3)
      }
    }
  }

  @Test func `a prefetcher that is stopped, or never used, ends its thread`() throws {
    let source = try batchSource()
    for _ in 0..<20 { _ = Prefetcher(source) }
    let prefetcher = Prefetcher(source)
    prefetcher.stop()
    prefetcher.stop()
    #expect(throws: RuntimeError(.invalid, "the prefetcher has been stopped")) {
      _ = try filled(by: prefetcher.next)
    }
  }

  @Test func `buffers of the wrong size are refused`() throws {
    let prefetcher = try Prefetcher(
      dataSet: dataSet, sources: sources, inputShapes: shapes, batch: 3, seed: 1)
    let error = #expect(throws: RuntimeError.self) { try prefetcher.next(into: [:]) }
    #expect(error?.description.contains("the buffer given has 0") == true)
  }

  @Test(arguments: [
    (
      ["text": [3, 1024]],
      "the data set's embeddings have 4 dimensions but the plan's input 'text' wants 1024; "
        + "compile with --set text_dim=4"
    ),
    (["image": [3, 3, 5, 5]], "become 4 x 4 but the plan's input 'image' wants 5 x 5"),
    (["image": [3, 2, 4, 4]], "pictures need [batch, 3, height, width]"),
    (["label": [3, 2]], "labels need [batch]"), (["label": [4]], "expected a batch of 3"),
  ])
  func `inputs that the data set cannot fill are refused with the way out`(
    change: [String: [Int]], reason: String
  ) throws {
    let error = #expect(throws: RuntimeError.self) {
      try batchSource(shapes: shapes.merging(change) { $1 })
    }
    #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
  }

  @Test func `crops larger than the picture and too many captions are refused`() throws {
    let crop = DataSource(input: "image", content: .images(ImageTransform(randomCrop: 9)))
    let text = DataSource(input: "text", content: .embeddings(captions: 3))
    for (source, reason) in [(crop, "cannot crop 9 pixels"), (text, "the mean of 3 captions")] {
      let error = #expect(throws: RuntimeError.self) { try batchSource(sources: [source]) }
      #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
    }
  }

  @Test func `pictures are resized before they are cropped`() throws {
    let resize = ImageTransform(resize: 4, low: 0, high: 255)
    let source = try batchSource(
      sources: [DataSource(input: "image", content: .images(resize))])
    let image = UnsafeMutableRawBufferPointer.allocate(byteCount: 3 * 48 * 4, alignment: 16)
    defer { image.deallocate() }
    let batch = try source.fill(iteration: 0, into: ["image": image])
    let expected = dataSet.picture(at: batch.indices[0]).resized(width: 4, height: 4)
    #expect(Array(image.bindMemory(to: Float.self)[..<48]) == expected.rgb.map(Float.init))
  }

  // MARK: Helpers

  private static let pinned = [[7, 5, 3], [9, 8, 7]]

  private func batchSource(
    sources: [DataSource]? = nil, shapes: [String: [Int]]? = nil, isVaried: Bool = true
  ) throws -> BatchSource {
    try BatchSource(
      dataSet: dataSet, sources: sources ?? self.sources, inputShapes: shapes ?? self.shapes,
      batch: 3, seed: 42, isVaried: isVaried)
  }

  private func made(
    _ source: BatchSource, _ iteration: Int
  ) throws -> (Batch, [Float], [Float], [Int64]) {
    try filled { buffers in try source.fill(iteration: iteration, into: buffers) }
  }

  private func filled(
    by fill: ([String: UnsafeMutableRawBufferPointer]) throws -> Batch
  ) throws -> (Batch, [Float], [Float], [Int64]) {
    let image = UnsafeMutableRawBufferPointer.allocate(byteCount: 3 * 48 * 4, alignment: 16)
    let text = UnsafeMutableRawBufferPointer.allocate(byteCount: 3 * 4 * 4, alignment: 16)
    let label = UnsafeMutableRawBufferPointer.allocate(byteCount: 3 * 8, alignment: 16)
    defer { for buffer in [image, text, label] { buffer.deallocate() } }
    let batch = try fill(["image": image, "text": text, "label": label])
    return (
      batch, Array(image.bindMemory(to: Float.self)), Array(text.bindMemory(to: Float.self)),
      Array(label.bindMemory(to: Int64.self))
    )
  }
}
