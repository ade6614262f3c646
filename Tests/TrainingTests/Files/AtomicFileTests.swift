import Foundation
import Runtime
import Testing
import Training

@Suite struct AtomicFileTests {
  @Test func `a file is created and replaced`() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("x")
    try AtomicFile.write([1, 2, 3], to: path)
    try AtomicFile.write([4], to: path)
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data([4]))
    #expect(try folder.names == ["x"])
  }

  @Test func `a failure half-way leaves the old file and nothing else`() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("x")
    try AtomicFile.write([1, 2, 3], to: path)
    let failure = RuntimeError(.notFinite, "stop")
    #expect(throws: failure) {
      try AtomicFile.write(to: path) { writer throws(RuntimeError) in
        try writer.write([UInt8](repeating: 9, count: 10_000))
        throw failure
      }
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data([1, 2, 3]))
    #expect(try folder.names == ["x"])
  }

  @Test func `what a killed process left behind is removed`() throws {
    let folder = try TemporaryFolder()
    // No process has a number beyond the kernel's limit of 2^22.
    try folder.write("half", to: ".planform-4999999-1.partial")
    try folder.write("half", to: ".planform-\(getpid())-0.partial")
    try AtomicFile.write([1], to: folder.file("x"))
    #expect(try folder.names == [".planform-\(getpid())-0.partial", "x"])
  }

  @Test func `a missing folder cannot be written to and is named`() throws {
    let path = "/no such folder/x"
    let error = #expect(throws: RuntimeError.self) { try AtomicFile.write([1], to: path) }
    #expect(error?.kind == .cannotCreate)
    #expect(error?.description == "cannot create '\(path)': no such file or directory")
  }

  @Test func `a folder is not replaced`() throws {
    let folder = try TemporaryFolder()
    let error = #expect(throws: RuntimeError.self) { try AtomicFile.write([1], to: folder.path) }
    #expect(error?.kind == .cannotCreate)
    #expect(try folder.names == [])
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
  func `a full device is reported and stays a device`() throws {
    let error = #expect(throws: RuntimeError.self) { try AtomicFile.write([1], to: "/dev/full") }
    #expect(error?.kind == .cannotCreate)
    #expect(error?.description == "cannot write '/dev/full': no space left on device")
    var status = stat()
    #expect(stat("/dev/full", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
  }

  @Test func `a symbolic link stays and its target is replaced`() throws {
    let folder = try TemporaryFolder()
    try AtomicFile.write([1], to: folder.file("target"))
    symlink(folder.file("target"), folder.file("link"))
    try AtomicFile.write([2], to: folder.file("link"))
    #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file("target"))) == Data([2]))
    #expect(
      try FileManager.default.destinationOfSymbolicLink(atPath: folder.file("link"))
        == folder.file("target"))
  }
}
