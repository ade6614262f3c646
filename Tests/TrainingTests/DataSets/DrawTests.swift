import Plan
import Runtime
import Testing

@testable import Training

@Suite struct DrawTests {
  private static let draws = [
    Draw(Draw.sample, .balanced), Draw("reference", .balanced),
    Draw("twin", .related(to: "reference", .same)),
    Draw("wrong", .related(to: Draw.sample, .other)),
  ]

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `balanced draws show small and large classes equally often`() throws {
    let dataSet = try labelled([Int64](repeating: 0, count: 10) + Array(repeating: 1, count: 100))
    let batches = BatchPlan(count: 110, batch: 8, seed: 3)
    let plan = try DrawPlan([Draw(Draw.sample, .balanced)], over: batches, of: dataSet)
    var counts = [Int](repeating: 0, count: 110)
    for iteration in 0..<1250 {
      for index in plan.indices(iteration: iteration)["sample"] ?? [] { counts[index] += 1 }
    }
    let share = Double(counts[..<10].reduce(0, +)) / 10_000
    #expect(abs(share - 0.5) < 0.05)
    // Within a class every picture comes equally often, too.
    #expect(counts[..<10].allSatisfy { 495...505 ~= $0 })
    #expect(counts[10...].allSatisfy { 48...52 ~= $0 })
  }

  @Test func `draws relate sample by sample`() throws {
    let dataSet = try labelled((0..<30).map { $0 % 3 })
    let labels = try #require(dataSet.labels)
    let plan = try DrawPlan(
      Self.draws, over: BatchPlan(count: 30, batch: 6, seed: 1), of: dataSet)
    var (wrongs, agreements) = (Set<Int>(), 0)
    for iteration in 0..<200 {
      let taken = plan.indices(iteration: iteration)
      let (sample, reference) = (taken["sample"] ?? [], taken["reference"] ?? [])
      let (twin, wrong) = (taken["twin"] ?? [], taken["wrong"] ?? [])
      #expect([sample, reference, twin, wrong].allSatisfy { $0.count == 6 })
      for (one, other) in zip(reference, twin) {
        #expect(labels[one] == labels[other] && one != other)
      }
      for (one, other) in zip(sample, wrong) {
        #expect(labels[one] != labels[other])
        wrongs.insert(other)
      }
      agreements += zip(sample, reference).count { labels[$0] == labels[$1] }
    }
    #expect(wrongs.count == 30)
    // The reference knows nothing of the sample: a third of 1200 share the class by chance.
    #expect(340...460 ~= agreements)
  }

  @Test func `a draw of another class takes every such picture equally often`() {
    let index = ClassIndex(labels: [7, 2, 2, 7, 2, 9])
    var random = SampleRandom(1, 2)
    var counts = [Int](repeating: 0, count: 6)
    for _ in 0..<9000 { counts[index.different(from: 1, with: &random)] += 1 }
    #expect(counts[1] == 0 && counts[2] == 0 && counts[4] == 0)
    #expect([0, 3, 5].allSatisfy { 2800...3200 ~= counts[$0] })
    #expect(index.another(like: 5, with: &random) == 5)
    var twins: Set<Int> = []
    for _ in 0..<50 { twins.insert(index.another(like: 4, with: &random)) }
    #expect(twins == [1, 2])
  }

  @Test func `any batch of any draw can be made at any time, and the seed decides it`() throws {
    let dataSet = try labelled((0..<30).map { $0 % 3 })
    let first = try DrawPlan(Self.draws, over: BatchPlan(count: 30, batch: 6, seed: 1), of: dataSet)
    let second = try DrawPlan(
      Self.draws, over: BatchPlan(count: 30, batch: 6, seed: 2), of: dataSet)
    let forwards = (0..<5).map(first.indices)
    let backwards = (0..<5).reversed().map(first.indices)
    #expect(forwards == backwards.reversed())
    #expect(forwards != (0..<5).map(second.indices))
    // Changing these numbers changes what a resumed run sees.
    #expect(
      forwards[1] == [
        "sample": Self.pinned[0], "reference": Self.pinned[1], "twin": Self.pinned[2],
        "wrong": Self.pinned[3],
      ])
  }

  @Test func `without draws the samples are those of the epochs`() throws {
    let dataSet = try labelled((0..<10).map { $0 % 3 })
    let batches = BatchPlan(count: 10, batch: 3, seed: 1)
    let plan = try DrawPlan([Draw("more", .epochs)], over: batches, of: dataSet)
    let taken = plan.indices(iteration: 4)
    #expect(taken["sample"] == [9, 8, 7] && taken["sample"] == batches.indices(iteration: 4))
    #expect(taken["more"] != taken["sample"])
  }

  @Test func `inputs of one draw show the same pictures, cut and mirrored alike`() throws {
    let dataSet = try syntheticDataSet(in: folder)
    let cut = ImageTransform(
      resizedCrop: RandomResizedCrop(scale: 0.25...0.25, ratio: 1...1), resize: 4,
      horizontalFlip: true, low: 0, high: 255)
    var grey = cut
    grey.resize = 2
    let source = try BatchSource(
      dataSet: dataSet, draws: [Draw("other", .related(to: Draw.sample, .any))],
      sources: [
        DataSource(input: "a", content: .images(cut)),
        DataSource(input: "b", content: .images(grey)),
        DataSource(input: "c", of: "other", content: .images(cut)),
      ],
      inputShapes: ["a": [3, 3, 4, 4], "b": [3, 1, 2, 2], "c": [3, 3, 4, 4]], batch: 3, seed: 1)
    var pictures: Set<Float> = []
    for iteration in 0..<20 {
      let made = try filled(source, iteration)
      let (a, b) = (try #require(made["a"]), try #require(made["b"]))
      for sample in 0..<3 {
        // A quarter of the area is half of each side: four of the eight columns, whose numbers are in green.
        let green = (0..<4).map { a[sample * 48 + $0 * 3 + 1] }
        #expect(abs(green[3] - green[0]) == 3)
        // Red is the picture, green the column, blue the row; grey is their weighted mean, here of 2 x 2 pixels.
        let pixel = (0..<3).map { channel in
          [0, 1, 4, 5].map { a[sample * 48 + $0 * 3 + channel] }.reduce(0, +) / 4
        }
        let expected = 0.299 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2]
        #expect(abs(b[sample * 4] - expected) <= 1.2)
        pictures.insert(try #require(made["c"])[sample * 48])
      }
    }
    #expect(pictures.count == 10)
  }

  @Test func `a random resized crop keeps to its share, ratio and probability`() {
    let crop = RandomResizedCrop(scale: 0.5...0.8, ratio: 0.5...2, probability: 0.25)
    let plan = BatchPlan(count: 1, batch: 1, seed: 9)
    var cut = 0
    for sample in 0..<4000 {
      let box = plan.variation(iteration: 0, sample: sample, captions: 1)
        .part(of: (width: 100, height: 60), crop)
      #expect(box.x >= 0 && box.x + box.width <= 100 && box.y >= 0 && box.y + box.height <= 60)
      if (box.width, box.height) == (100, 60) { continue }
      cut += 1
      let (area, ratio) = (
        Double(box.width * box.height) / 6000, Double(box.width) / Double(box.height)
      )
      #expect(0.48...0.82 ~= area && 0.49...2.05 ~= ratio)
    }
    #expect(900...1100 ~= cut)
    let fixed = BatchPlan(count: 1, batch: 1, seed: 9, isVaried: false)
      .variation(iteration: 0, sample: 0, captions: 1)
    #expect(fixed.part(of: (width: 8, height: 6), crop).width == 8)
  }

  @Test func `draws by class need labels, and another class needs two`() throws {
    let unlabelled = try labelled(nil)
    let single = try labelled([4, 4, 4])
    let batches = BatchPlan(count: 3, batch: 1, seed: 1)
    for (draw, dataSet, reason) in [
      (
        Self.draws[0], unlabelled,
        "the draw 'sample' chooses by class, and the data set has no labels"
      ),
      (Self.draws[3], unlabelled, "the draw 'wrong' chooses by class"),
      (
        Self.draws[3], single,
        "the draw 'wrong' takes pictures of another class, and all 3 pictures"
      ),
    ] {
      let error = #expect(throws: RuntimeError.self) {
        try DrawPlan([draw], over: batches, of: dataSet)
      }
      #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
    }
    _ = try DrawPlan([Draw("x", .related(to: "sample", .any))], over: batches, of: unlabelled)
    // What no input shows need not be there.
    let twin = DataSource(input: "x", of: "twin", content: .labels())
    #expect(Self.draws.needed(by: [twin]).map(\.name) == ["sample", "reference", "twin"])
    #expect(Self.draws.needed(by: []).map(\.name) == ["sample"])
  }

  @Test func `a wrong number of classes names both numbers`() throws {
    let dataSet = try labelled([0, 1, 1])
    let error = #expect(throws: RuntimeError.self) {
      try BatchSource(
        dataSet: dataSet, sources: [DataSource(input: "y", content: .labels(classes: 3))],
        inputShapes: ["y": [1]], batch: 1, seed: 1)
    }
    #expect(
      error?.description == "input 'y' wants labels of 3 classes, but the data set has 2; compile "
        + "the plan for 2, or build the data set of 3")
  }

  @Test func `a slice takes the first numbers of an embedding`() throws {
    let path = folder.file("sliced")
    let outline = DataSetOutline(
      imageSize: (1, 1), captions: [["a", "b"]],
      embeddings: HostTensor(shape: [1, 2, 4], (0..<8).map(Float.init)), embedding: "test")
    try DataSet.write(outline, to: path) { _ throws(RuntimeError) in
      Picture(width: 1, height: 1, colour: (0, 0, 0))
    }
    let dataSet = try DataSet.open(path: path)
    let text = DataSource(input: "text", content: .embeddings(captions: 2, slice: 3))
    let source = try BatchSource(
      dataSet: dataSet, sources: [text], inputShapes: ["text": [1, 3]], batch: 1, seed: 1)
    #expect(try filled(source, 0)["text"] == [2, 3, 4])
    for (slice, width, reason) in [
      (5, 5, "wants the first 5 numbers of each embedding, but the data set's have 4"),
      (3, 4, "has 4 numbers a sample, but 'slice' in its data section takes 3"),
    ] {
      let text = DataSource(input: "text", content: .embeddings(captions: 1, slice: slice))
      let error = #expect(throws: RuntimeError.self) {
        try BatchSource(
          dataSet: dataSet, sources: [text], inputShapes: ["text": [1, width]], batch: 1, seed: 1)
      }
      #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
    }
  }

  @Test func `the mean is of distinct captions, which the seed decides`() throws {
    let dataSet = try syntheticDataSet(in: folder, count: 1, captions: 10)
    let text = DataSource(input: "text", content: .embeddings(captions: 4))
    let source = { (seed: UInt64) throws -> BatchSource in
      try BatchSource(
        dataSet: dataSet, sources: [text], inputShapes: ["text": [1, 4]], batch: 1, seed: seed)
    }
    // Caption k is k / 10, so the mean of four distinct ones is k / 40 for some sum k from 6 to 30.
    let means = try (0..<50).map { try filled(source(5), $0)["text"]?[0] ?? 0 }
    #expect(means.allSatisfy { mean in abs(mean * 40 - (mean * 40).rounded()) < 1e-3 })
    #expect(means.allSatisfy { 0.1499...0.7501 ~= $0 } && Set(means).count > 10)
    #expect(try (0..<50).map { try filled(source(5), $0)["text"]?[0] ?? 0 } == means)
    let plan = BatchPlan(count: 1, batch: 1, seed: 5)
    for iteration in 0..<50 {
      #expect(
        Set(plan.variation(iteration: iteration, sample: 0, captions: 10).captions.prefix(4)).count
          == 4)
    }
  }

  // MARK: Support

  private static let pinned = [
    [19, 6, 17, 8, 10, 21], [20, 24, 28, 29, 22, 9], [23, 6, 22, 20, 13, 6],
    [20, 1, 27, 18, 14, 25],
  ]

  private func labelled(_ labels: [Int64]?) throws -> DataSet {
    let count = labels?.count ?? 3
    let path = folder.file("labelled-\(count)-\(labels == nil)")
    let outline = DataSetOutline(
      imageSize: (1, 1), captions: Array(repeating: ["x"], count: count), embeddingDimension: 1,
      labels: labels)
    try DataSet.write(outline, to: path) { _ throws(RuntimeError) in
      Picture(width: 1, height: 1, colour: (0, 0, 0))
    }
    return try DataSet.open(path: path)
  }

  /// The float inputs of one batch.
  private func filled(_ source: BatchSource, _ iteration: Int) throws -> [String: [Float]] {
    let buffers = source.byteCounts.mapValues {
      UnsafeMutableRawBufferPointer.allocate(byteCount: $0, alignment: 16)
    }
    defer { for buffer in buffers.values { buffer.deallocate() } }
    _ = try source.fill(iteration: iteration, into: buffers)
    return buffers.mapValues { Array($0.bindMemory(to: Float.self)) }
  }
}
