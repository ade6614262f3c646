import ArgumentParser
import Glibc

/// How many threads compute.
struct ThreadOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Threads that compute; all processors unless given. Results depend on it in the last bits only.",
      valueName: "n"))
  var threads: Int?

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads: expected a whole number from 1 to 1024, found \(threads)")
    }
  }

  /// Tells the runtime, which reads the environment when it binds kernels.
  func apply() {
    if let threads { setenv("PLANFORM_THREADS", String(threads), 1) }
  }
}
