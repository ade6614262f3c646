import ArgumentParser
import GraphIR
import Plan
import Runtime

/// The exit codes of sysexits.h, as far as the command line uses them.
enum ExitStatus: Int32 {
  /// Arguments that make no sense.
  case usage = 64
  /// A YAML file, plan, weights file, data set or picture that cannot be what it says.
  case invalidInput = 65
  case missingInput = 66
  case internalError = 70
  case cannotCreate = 73
  case inputOutput = 74
}

/// Why a command failed: an exit code and what to tell the user.
struct Failure {
  let status: ExitStatus
  /// Each begins with a place or with `planform:`.
  let messages: [String]

  /// Nil for the argument parser's own errors, which know how to present themselves.
  init?(_ error: any Error) {
    switch error {
    case let diagnostics as Diagnostics:
      self.init(.invalidInput, diagnostics.all.map(Self.text))
    case let diagnostic as Diagnostic:
      self.init(.invalidInput, [Self.text(diagnostic)])
    case let error as PlanError:
      self.init(.invalidInput, ["planform: error: the plan is refused: \(error)"])
    case let error as RuntimeError:
      self.init(Self.status(of: error.kind), ["planform: error: \(error)"])
    case let bug as CompilerBug:
      self.init(bug)
    // Help, version, exit codes and wrong usage; some of their types have no name outside the argument parser.
    case _ where Planform.exitCode(for: error) != .failure:
      return nil
    default:
      self.init(.internalError, ["planform: error: \(error)"])
    }
  }

  init(usage message: String) { self.init(.usage, ["planform: error: \(message)"]) }

  private init(_ status: ExitStatus, _ messages: [String]) {
    self.status = status
    self.messages = messages
  }

  private init(_ bug: CompilerBug) {
    self.init(
      .internalError,
      [
        """
        planform: error: \(bug)
          this is a bug in planform, not in your files; please report it with the YAML files, the command,
          and what the same command prints with '--dump-after all'
        """
      ])
  }

  /// Writes the messages to standard error, the word `error` in red on a terminal.
  func report() {
    for message in messages {
      let line =
        Terminal.errorsHaveColours
        ? message.replacing("error:", with: "\u{1B}[1;31merror:\u{1B}[0m", maxReplacements: 1)
        : message
      Terminal.printError(line)
    }
  }

  private static func text(_ diagnostic: Diagnostic) -> String {
    diagnostic.location == nil ? "planform: \(diagnostic)" : diagnostic.description
  }

  private static func status(of kind: RuntimeError.Kind) -> ExitStatus {
    switch kind {
    case .invalid, .notFinite: .invalidInput
    case .missing: .missingInput
    case .cannotCreate: .cannotCreate
    case .inputOutput: .inputOutput
    case .unsupported: .internalError
    }
  }
}
