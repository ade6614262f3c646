import Runtime

/// Where a training run stands, besides its tensors.
///
/// Batches, random numbers and schedules are functions of these numbers, so that nothing else must be kept for a run
/// to go on as if it had never stopped.
package struct RunState: Sendable, Hashable {
  /// The metadata's mark of a checkpoint.
  static let format = "planform-checkpoint-1"

  /// Steps done.
  package var iteration: Int
  package var seed: UInt64
  /// Batches in an epoch, which schedules count by.
  package var epochLength: Int
  package var model: String
  /// The plan's `sourceHash`.
  package var sourceHash: String
  /// `DataSet.fingerprint` of the pictures and captions.
  package var dataFingerprint: String

  package init(
    iteration: Int, seed: UInt64, epochLength: Int, model: String, sourceHash: String,
    dataFingerprint: String
  ) {
    self.iteration = iteration
    self.seed = seed
    self.epochLength = epochLength
    self.model = model
    self.sourceHash = sourceHash
    self.dataFingerprint = dataFingerprint
  }

  var metadata: [String: String] {
    [
      "format": Self.format, "iteration": String(iteration), "seed": String(seed),
      "epoch_length": String(epochLength), "model": model, "source_hash": sourceHash,
      "data_fingerprint": dataFingerprint,
    ]
  }

  /// Reads a file's metadata; `subject` is what errors call the file.
  init(metadata: [String: String], of subject: String) throws(RuntimeError) {
    func value(_ key: String) throws(RuntimeError) -> String {
      guard let value = metadata[key] else {
        throw RuntimeError(.invalid, "\(subject): the checkpoint's metadata lacks '\(key)'")
      }
      return value
    }
    func number<Number: FixedWidthInteger>(
      _ key: String, _ range: ClosedRange<Number>
    ) throws(RuntimeError) -> Number {
      let text = try value(key)
      guard let number = Number(text), range.contains(number) else {
        throw RuntimeError(
          .invalid,
          "\(subject): metadata '\(key)': expected \(range.lowerBound) to \(range.upperBound), "
            + "found '\(text)'")
      }
      return number
    }
    guard metadata["format"] == Self.format else {
      throw RuntimeError(
        .invalid,
        "\(subject) is not a checkpoint of a training run: expected the format '\(Self.format)', "
          + "found '\(metadata["format"] ?? "none")'")
    }
    self.init(
      iteration: try number("iteration", 0...(1 << 48)),
      seed: try number("seed", 0...UInt64.max),
      epochLength: try number("epoch_length", 1...(1 << 48)),
      model: try value("model"), sourceHash: try value("source_hash"),
      dataFingerprint: try value("data_fingerprint"))
  }
}
