package import GraphIR
import Plan

/// Turns a document into graphs: one a program, in static single assignment form.
package enum Elaborator {
  /// Elaborates every network by itself, then every program.
  ///
  /// - Parameters:
  ///   - source: the file with its includes, as `Document` read it, overrides applied.
  ///   - catalog: the operators that nodes may name.
  ///   - sourceHash: what the plan will carry to say which sources it was compiled from.
  /// - Throws: all independent errors of the file at once.
  package static func elaborate(
    _ source: Document, catalog: OperatorCatalog, sourceHash: String
  ) throws(Diagnostics) -> Model {
    let model: ModelContext
    let document: Document
    do {
      let parameters = Scope(
        Dictionary(source.params.map { ($0.name, $0.value) }) { first, _ in first })
      let numbers = try parameters.with(source.bindings)
      try source.checkRequirements(in: numbers)
      document = try source.selecting(in: numbers)
      model = ModelContext(document: document, catalog: catalog, numbers: numbers)
    } catch {
      throw Diagnostics([error])
    }
    let networks = document.networks.compactMap { summarize($0, in: model) }
    let allPrograms = (document.train.map { [$0] } ?? []) + document.programs
    let programs = allPrograms.map { elaborate($0, in: model) }
    var draws: [Draw] = []
    var data: [DataSource] = []
    do {
      let numbers = model.numbers
      draws = try document.planDraws()
      data = try document.dataSources { expression throws(Diagnostic) in
        try expression.evaluate(in: numbers)
      }
    } catch {
      model.report(error)
    }
    guard model.diagnostics.isEmpty else { throw Diagnostics(model.diagnosticsByPlace) }
    return Model(
      name: document.name, sourceHash: sourceHash, parameters: parameterTexts(document),
      states: model.states.declarations, programs: programs, draws: draws,
      data: data,
      report: document.train?.report.map(\.name) ?? [],
      networks: networks, precision: document.precision)
  }

  private static func parameterTexts(_ document: Document) -> [String: String] {
    Dictionary(
      document.params.map { ($0.name, $0.value.plainText) },
      uniquingKeysWith: { first, _ in first })
  }

  // MARK: Networks

  /// The network by itself, on inputs of its declared shapes: declares its weights and finds its errors even if no
  /// program calls it.
  private static func summarize(
    _ declaration: NetworkDeclaration, in model: ModelContext
  ) -> NetworkSummary? {
    let elaborator = ProgramElaborator(model: model, program: declaration.name)
    guard let network = model.network(named: declaration.name) else { return nil }
    do {
      let numbers = try model.numbers.with(declaration.bindings)
      var inputs: [(name: String, type: TensorType)] = []
      for input in declaration.inputs {
        let type = try input.type(in: numbers, batch: model.standInBatch)
        inputs.append((name: input.name, type: type))
      }
      let values = inputs.map { elaborator.graph.addInput($0.name, kind: .caller, type: $0.type) }
      let outputs = try elaborator.callBody(
        of: network, inputs: values, mode: "train", path: declaration.name)
      let own = model.states.states(under: network.prefix, role: .parameter)
      let lastParts = own.compactMap { $0.name.split(separator: ".").last.map(String.init) }
      InitializerTable(rules: declaration.initializers)
        .mistakes(catalog: model.catalog, parameters: Set(lastParts)).forEach(model.report)
      return NetworkSummary(
        name: declaration.name, inputs: inputs,
        outputs: outputs.map { (name: $0.name, type: elaborator.graph.type(of: $0.value)) },
        layers: elaborator.layers,
        parameterCount: own.reduce(0) { $0 + $1.shape.reduce(1, *) })
    } catch {
      model.report(error.located(at: declaration.location, in: declaration.name))
      return nil
    }
  }

  // MARK: Programs

  private static func elaborate(_ program: ProgramDeclaration, in model: ModelContext) -> Graph {
    let elaborator = ProgramElaborator(model: model, program: program.name)
    do {
      try elaborator.elaborate(program)
    } catch {
      model.report(error.located(at: program.location, in: program.name))
    }
    return elaborator.graph
  }
}
