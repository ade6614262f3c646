import Glibc

/// How long threads that wait for the next kernel keep a processor busy.
///
/// libgomp's waiting threads spin for about a million rounds by default. A training step is hundreds of short parallel
/// regions, and where processors are shared, on virtual machines above all, a spinning thread takes time from the one
/// that it waits for: the same step was seen to take between 1 and 15 times as long. A brief spin is as fast on a quiet
/// machine, and safe on a busy one.
package enum WaitingThreads {
  /// libgomp reads this from the environment when it is loaded, and only then.
  private static let variable = "GOMP_SPINCOUNT"
  private static let rounds = "2000"

  /// Starts the program anew with a brief spin, unless the user has chosen how threads wait.
  ///
  /// To be called before anything else, since nothing that was done before survives. Does nothing the second time, or
  /// where the program cannot be started again.
  package static func spinBriefly() {
    guard getenv(variable) == nil, getenv("OMP_WAIT_POLICY") == nil else { return }
    setenv(variable, rounds, 1)
    execv("/proc/self/exe", CommandLine.unsafeArgv)
  }
}
