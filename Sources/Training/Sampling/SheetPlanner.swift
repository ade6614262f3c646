package import Plan
package import Runtime

/// Finds out what every cell of a sheet is drawn with.
///
/// Inputs that nobody gives come from the data set. The inputs of one draw of the data section show the same picture
/// of the data set; what the draws take goes along the list, or along the directions that are free.
package struct SheetPlanner {
  private let sampler: Sampler
  private let data: DataInputs?
  private let request: SheetRequest
  private let pictures: PictureReader

  package init(
    _ request: SheetRequest, for sampler: Sampler, of plan: Plan, data dataSet: DataSet?
  ) {
    self.request = request
    self.sampler = sampler
    data = dataSet.map { DataInputs(plan, from: $0) }
    pictures = PictureReader(plan: plan, stored: dataSet?.imageSize)
  }

  /// - Throws: `.missing` for inputs that have no value; `.invalid` for values and names that do not fit.
  package func sheet() throws(RuntimeError) -> Sheet {
    let isMatrix = !request.rows.isEmpty || !request.columns.isEmpty
    let spread = request.spread ?? (isMatrix ? 4 : 16)
    var list = try axis(request.given, spread: spread)
    var rows = try axis(request.rows, spread: spread)
    var columns = try axis(request.columns, spread: spread, isShifted: true)
    try checkOverlap(list, rows, columns)
    let open = openInputs([list, rows, columns])
    let free = try freeDraws(open, besides: [list, rows, columns])
    guard isMatrix || free.count > 1 else {
      for draw in free { list.take(data?.spread(spread) ?? [], for: draw) }
      if list.places.isEmpty { list.places = [.init()] }
      return try sheet(list, .init(places: [.init()]), fixed: .init(), open, isList: true)
    }
    let fixed = try single(list)
    for (draw, position) in zip(free, free.indices) {
      let indices = indices(for: isMatrix ? spread : side(spread), at: position)
      if rows.places.isEmpty {
        rows.take(indices, for: draw)
      } else if columns.places.isEmpty {
        columns.take(indices, for: draw)
      }
    }
    if rows.places.isEmpty { rows.places = [.init()] }
    if columns.places.isEmpty { columns.places = [.init()] }
    return try sheet(rows, columns, fixed: fixed, open, isList: false)
  }

  /// Where the data section's draws make both directions, a square of about as many cells as a list would have.
  private func side(_ spread: Int) -> Int { max(1, Int(Double(spread).squareRoot())) }

  private func indices(for count: Int, at position: Int) -> [Int] {
    data?.spread(count, isShifted: position > 0) ?? []
  }
}

// MARK: Axes

extension SheetPlanner {
  private func axis(
    _ assignments: [SheetRequest.Assignment], spread: Int, isShifted: Bool = false
  ) throws(RuntimeError) -> SheetAxis {
    let reader = InputReader(data: data, pictures: pictures, spread: spread)
    var order: [String] = []
    var values: [String: [CellValue]] = [:]
    var noises: [(noise: Noise, caption: String)] = []
    for assignment in assignments {
      if case .named("seed", let text) = assignment, !names.contains("seed") {
        noises += try SeedList.parse(text)
        continue
      }
      let (input, more) = try read(assignment, reader, isShifted: isShifted)
      if values[input.name] == nil { order.append(input.name) }
      values[input.name, default: []] += more
    }
    return try zipped(order, values, noises)
  }

  private func read(
    _ assignment: SheetRequest.Assignment, _ reader: InputReader, isShifted: Bool
  ) throws(RuntimeError) -> (SampleInput, [CellValue]) {
    switch assignment {
    case .named(let name, let text):
      let input = try input(named: name)
      return (input, try reader.values(text, for: input, isShifted: isShifted))
    case .text(let text):
      let input = try only("texts", "--text") { if case .text = $0 { true } else { false } }
      return (input, [reader.literal(text, for: input)])
    case .label(let text):
      let input = try only("classes", "--label") { $0 == .label }
      return (input, try reader.values(text, for: input))
    }
  }

  /// Inputs that change together have as many values as the longest; a single value is repeated.
  private func zipped(
    _ order: [String], _ values: [String: [CellValue]], _ noises: [(Noise, String)]
  ) throws(RuntimeError) -> SheetAxis {
    var counts = order.map { (name: $0, count: values[$0]?.count ?? 0) }
    if !noises.isEmpty { counts.append(("seed", noises.count)) }
    let most = counts.map(\.count).max() ?? 0
    if let odd = counts.first(where: { $0.count != most && $0.count != 1 }) {
      throw RuntimeError(
        .invalid,
        "inputs of one direction change together: expected \(most) values of '\(odd.name)', or one, found "
          + "\(odd.count)")
    }
    var axis = SheetAxis(places: (0..<most).map { _ in .init() }, names: Set(counts.map(\.name)))
    for position in 0..<most {
      for name in order {
        guard let all = values[name] else { continue }
        let value = all[position % all.count]
        axis.places[position].values.append((name, value))
        if let index = value.dataIndex, let draw = data?.draw(of: name) {
          axis.places[position].indices[draw] = index
        }
      }
      if !noises.isEmpty { axis.places[position].noise = noises[position % noises.count] }
    }
    return axis
  }

  /// The values that hold for a whole sheet of rows and columns.
  private func single(_ list: SheetAxis) throws(RuntimeError) -> SheetAxis.Place {
    guard list.places.count < 2 else {
      throw RuntimeError(
        .invalid,
        "expected one value for each input of the whole sheet, found \(list.places.count); put them into "
          + "--rows or --columns")
    }
    return list.places.first ?? .init()
  }
}

// MARK: Inputs

extension SheetPlanner {
  private var names: [String] { sampler.inputs.map(\.name) }

  private func input(named name: String) throws(RuntimeError) -> SampleInput {
    if let input = sampler.inputs.first(where: { $0.name == name }) { return input }
    let close = NameSuggestion.closest(to: name, among: names + ["seed"])
    let advice =
      close.isEmpty ? "" : " (did you mean \(close.map { "'\($0)'" }.joined(separator: " or "))?)"
    throw RuntimeError(
      .invalid,
      "the program '\(sampler.program.program.name)' has no input '\(name)'\(advice); it has "
        + (sampler.inputs.isEmpty
          ? "none" : sampler.inputs.map(\.listed).joined(separator: ", ")))
  }

  private func only(
    _ things: String, _ flag: String, _ isOne: (SampleInput.Kind) -> Bool
  ) throws(RuntimeError) -> SampleInput {
    let found = sampler.inputs.filter { isOne($0.kind) }
    guard found.count == 1 else {
      let program = sampler.program.program.name
      throw RuntimeError(
        .invalid,
        found.isEmpty
          ? "the program '\(program)' takes no \(things)"
          : "the program '\(program)' takes \(things) for "
            + found.map { "'\($0.name)'" }.joined(separator: " and ")
            + "; give them by --input NAME=VALUE instead of \(flag)")
    }
    return found[0]
  }

  private func checkOverlap(_ axes: SheetAxis...) throws(RuntimeError) {
    var seen: Set<String> = []
    for axis in axes {
      for name in axis.names.sorted() where !seen.insert(name).inserted {
        throw RuntimeError(
          .invalid,
          "'\(name)' is given twice; it can change along the rows, along the columns, or hold for the sheet"
        )
      }
    }
  }

  private func openInputs(_ axes: [SheetAxis]) -> [SampleInput] {
    sampler.inputs.filter { input in !axes.contains { $0.names.contains(input.name) } }
  }

  /// Draws of the data section that fill open inputs and whose pictures no value has chosen yet.
  private func freeDraws(
    _ open: [SampleInput], besides axes: [SheetAxis]
  ) throws(RuntimeError) -> [String] {
    let unknown = open.filter { data?.draw(of: $0.name) == nil }
    guard unknown.isEmpty else { throw sampler.missing(unknown) }
    var chosen = Set(axes.flatMap(\.places).flatMap(\.indices.keys))
    return open.compactMap { input in
      guard let draw = data?.draw(of: input.name), chosen.insert(draw).inserted else { return nil }
      return draw
    }
  }
}

// MARK: Cells

extension SheetPlanner {
  private func sheet(
    _ rows: SheetAxis, _ columns: SheetAxis, fixed: SheetAxis.Place, _ open: [SampleInput],
    isList: Bool
  ) throws(RuntimeError) -> Sheet {
    let count = rows.places.count * columns.places.count * request.count
    guard count <= Sheet.maximumCells else {
      throw RuntimeError(
        .invalid,
        "expected at most \(Sheet.maximumCells) pictures, found \(rows.places.count) x "
          + "\(columns.places.count) x \(request.count)")
    }
    var cells: [Cell] = []
    for (position, row) in rows.places.enumerated() {
      for column in columns.places {
        let places = [row, column, fixed]
        let values = try values(places, open)
        for sample in 0..<request.count {
          var noise = places.lazy.compactMap { $0.noise?.noise }.first ?? Noise(seed: request.seed)
          let isNumbered = isList && row.noise == nil
          noise.number = isNumbered ? position * request.count + sample : sample
          cells.append(Cell(values: values, noise: noise))
        }
      }
    }
    return Sheet(
      isList: isList, rows: try headers(rows, open),
      columns: isList ? [.init()] : try headers(columns, open), count: request.count, cells: cells)
  }

  private func values(
    _ places: [SheetAxis.Place], _ open: [SampleInput]
  ) throws(RuntimeError) -> [String: CellValue] {
    var values = Dictionary(
      places.flatMap(\.values).map { ($0.input, $0.value) }, uniquingKeysWith: { first, _ in first }
    )
    for input in open {
      guard let data, let draw = data.draw(of: input.name) else { continue }
      let index = places.lazy.compactMap { $0.indices[draw] }.first ?? 0
      values[input.name] = try data.value(of: input, at: index)
    }
    return values
  }

  private func headers(
    _ axis: SheetAxis, _ open: [SampleInput]
  ) throws(RuntimeError) -> [Sheet.Header] {
    try axis.places.map { place throws(RuntimeError) in
      var shown = place.values.map(\.value)
      for input in open {
        guard let data, let draw = data.draw(of: input.name), let index = place.indices[draw]
        else { continue }
        shown.append(try data.value(of: input, at: index))
      }
      let captions = shown.map(\.caption) + [place.noise?.caption ?? ""]
      return Sheet.Header(
        caption: captions.filter { !$0.isEmpty }.joined(separator: ", "),
        pictures: shown.compactMap(\.picture), dataIndex: place.indices.values.min())
    }
  }
}
