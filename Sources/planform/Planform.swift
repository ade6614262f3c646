import ArgumentParser

@main
struct Planform: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "planform",
    abstract: "Compiles YAML descriptions of GANs into static plans and trains from them.")
}
