import ArgumentParser
import Glibc
import Plan
import Runtime

/// The command line: one subcommand a file in `Commands`.
@main
struct Planform: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "planform",
    abstract: "Compiles YAML descriptions of GANs into static plans and trains from them.",
    discussion: """
      From a network in YAML to pictures:
        planform data emoji -o emoji.safetensors
        planform compile graphs/stackgan/emoji.yaml -o emoji.plan
        planform train emoji.plan --data emoji.safetensors --out run
        planform sample emoji.plan --weights run/checkpoint.safetensors --text "red apple" -o out.png

      Exit codes: 0 done, 64 wrong usage, 65 bad input, 66 missing input, 70 a bug in planform,
      73 cannot create a file, 74 reading or writing failed, 130 and 143 stopped by a signal.
      """,
    version: "planform 1.0 (plan format \(Plan.formatVersion))",
    groupedSubcommands: [
      CommandGroup(name: "Compiling", subcommands: [Check.self, Compile.self, Show.self]),
      CommandGroup(
        name: "Training", subcommands: [DataSets.self, Train.self, Sample.self, Evaluate.self]),
      CommandGroup(
        name: "Inspecting", subcommands: [RunProgram.self, Verify.self, Profile.self]),
      CommandGroup(name: "Exchanging", subcommands: [Weights.self]),
      CommandGroup(name: "Language", subcommands: [Operators.self, Schema.self]),
    ])

  /// Parses and runs; every failure becomes a message and an exit code here and nowhere else.
  static func main() {
    WaitingThreads.spinBriefly()
    // A reader that went away, as in `planform show X.plan | head`, is no failure.
    signal(SIGPIPE, SIG_IGN)
    var command: any ParsableCommand
    do { command = try parseAsRoot() } catch { leave(with: error, by: Planform.self) }
    do {
      try command.run()
    } catch {
      guard let failure = Failure(error) else { leave(with: error, by: type(of: command)) }
      failure.report()
      Glibc.exit(failure.status.rawValue)
    }
  }

  /// Ends with one of the argument parser's errors, wrong usage among them, or with help or an exit code.
  private static func leave(
    with error: any Error, by command: any ParsableCommand.Type
  ) -> Never {
    guard exitCode(for: error) == .validationFailure else { command.exit(withError: error) }
    let message = command.fullMessage(for: error)
    let prefix = "Error: "
    Failure(usage: message.hasPrefix(prefix) ? String(message.dropFirst(prefix.count)) : message)
      .report()
    Glibc.exit(ExitStatus.usage.rawValue)
  }
}
