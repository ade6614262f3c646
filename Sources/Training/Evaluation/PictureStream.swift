package import Runtime

/// Some pictures and what they belong to.
package struct PictureBatch: Sendable {
  package var pictures: [Picture] = []
  /// For each picture its own position in the data set, or that of the sample whose condition it was drawn for; empty
  /// if there was no data set.
  package var indices: [Int] = []

  package init(pictures: [Picture] = [], indices: [Int] = []) {
    self.pictures = pictures
    self.indices = indices
  }
}

/// Pictures that are made or read as they are asked for.
package protocol PictureStream: AnyObject {
  /// How many pictures there are in all.
  var count: Int { get }

  /// The next pictures, any number of them; none at the end.
  func next() throws(RuntimeError) -> PictureBatch
}

/// Told how much of an evaluation is done, and how much there is.
package typealias EvaluationProgress = (_ done: Int, _ total: Int) -> Void

/// Pictures of a data set.
package final class DataSetPictures: PictureStream {
  private static let batch = 64

  private let dataSet: DataSet
  private let indices: [Int]
  /// How a network sees them; nil takes them as they are stored.
  private let view: TrainingView?
  private var position = 0

  /// - Parameter indices: which pictures, in which order.
  init(of dataSet: DataSet, at indices: [Int], as view: TrainingView?) {
    self.dataSet = dataSet
    self.indices = indices
    self.view = view
  }

  /// Pictures as they are stored, in random order.
  package convenience init(of dataSet: DataSet, count: Int? = nil, seed: UInt64) {
    self.init(of: dataSet, at: dataSet.shuffledIndices(count, seed: seed), as: nil)
  }

  package var count: Int { indices.count }

  package func next() throws(RuntimeError) -> PictureBatch {
    let part = indices[position..<min(position + Self.batch, indices.count)]
    position += part.count
    let pictures = try part.map { index throws(RuntimeError) in
      try view?.picture(at: index, of: dataSet) ?? dataSet.picture(at: index)
    }
    return PictureBatch(pictures: pictures, indices: Array(part))
  }
}

extension DataSet {
  /// All positions in random order, or as many of them as wanted.
  func shuffledIndices(_ limit: Int?, seed: UInt64) -> [Int] {
    var random = SampleRandom(seed, 2)
    var order = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(last, random.below(last + 1))
    }
    return Array(order.prefix(limit ?? count))
  }
}
