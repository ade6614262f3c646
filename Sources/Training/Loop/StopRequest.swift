import Glibc
import Synchronization

/// Whether the user has asked the run to stop, by SIGINT or SIGTERM.
///
/// The first signal lets the running step end and the state be saved; a second one ends the process at once.
package enum StopRequest {
  /// The signal that arrived, 0 for none; a handler may do no more than store a number.
  private static let received = Atomic<Int32>(0)

  /// Starts to listen; what was received before is forgotten.
  package static func listen() {
    received.store(0, ordering: .relaxed)
    for signal in [SIGINT, SIGTERM] {
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { StopRequest.received.store($0, ordering: .relaxed) }
      action.sa_flags = Int32(SA_RESTART) | Int32(bitPattern: UInt32(SA_RESETHAND))
      sigaction(signal, &action, nil)
    }
  }

  /// SIGINT or SIGTERM, once it has arrived.
  package static var signal: Int32? {
    let number = received.load(ordering: .relaxed)
    return number == 0 ? nil : number
  }
}
