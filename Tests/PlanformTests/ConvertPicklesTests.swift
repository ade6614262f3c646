import Foundation
import Testing
import Training

/// `script/convert-pickles.py` on pickles of the StackGAN projects' form.
@Suite(.enabled(if: python("import numpy") == 0)) struct ConvertPicklesTests {
  private static let make = """
    import numpy, os, pickle, sys
    folder = sys.argv[1]
    def dump(value, name): pickle.dump(value, open(os.path.join(folder, name), 'wb'), protocol=2)
    dump([numpy.full((76, 76, 3), i, dtype='uint8') for i in range(3)], '76images.pickle')
    dump(numpy.arange(24, dtype='float32').reshape(3, 2, 4), 'char-CNN-RNN-embeddings.pickle')
    dump(['002.b/y_1', '001.a/x_1', '002.b/y_2'], 'filenames.pickle')
    dump([2, 1, 2], 'class_info.pickle')
    """
  private static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "script/convert-pickles.py").path

  private let folder = FileManager.default.temporaryDirectory
    .appending(path: "planform-pickles-\(UUID().uuidString)").path

  init() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    #expect(python(Self.make, folder) == 0)
  }

  @Test func `pickles become a data set`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let output = "\(folder)/data.safetensors"
    #expect(launched([Self.script, folder, "-o", output]) == 0)
    let dataSet = try DataSet.open(path: output)
    #expect(dataSet.count == 3 && dataSet.imageSize == (76, 76))
    #expect(dataSet.classes == ["001.a", "002.b"] && dataSet.labels == [1, 0, 1])
    #expect(dataSet.embedding(at: 1, caption: 1) == [12, 13, 14, 15])
    #expect(dataSet.picture(at: 2)[75, 75] == (2, 2, 2))
    #expect(dataSet.captions(at: 0) == ["y 1", "y 1"])
  }

  @Test func `a pickle that calls anything is not run`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let marker = "\(folder)/called"
    // Calls os.mkdir when it is read as pickles usually are.
    try Data("cposix\nmkdir\n(V\(marker)\ntR.".utf8).write(
      to: URL(fileURLWithPath: "\(folder)/class_info.pickle"))
    #expect(launched([Self.script, folder, "-o", "\(folder)/data.safetensors"]) == 1)
    #expect(!FileManager.default.fileExists(atPath: marker))
    #expect(!FileManager.default.fileExists(atPath: "\(folder)/data.safetensors"))
  }
}

/// Runs a program text in Python; the exit code, or nil if there is no Python.
private func python(_ text: String, _ arguments: String...) -> Int32? {
  launched(["-c", text] + arguments)
}

private func launched(_ arguments: [String]) -> Int32? {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = ["python3"] + arguments
  process.standardOutput = FileHandle.nullDevice
  process.standardError = FileHandle.nullDevice
  guard (try? process.run()) != nil else { return nil }
  process.waitUntilExit()
  return process.terminationStatus
}
