// The transforms of every form, along one axis; the same serve both axes.
//
// `Input` takes a tile of x, `Weight` the taps, `Output` the products to a tile of y: y = Output·((Weight·w) ∘ (Input·x)).
// Products that count alike in y are added up before: row r of `Input` and `Weight` belongs to column place(r) of `Output`,
// which adds up `slots` rows; slot(r) is the row's number among them. With more than two results there are points to
// evaluate polynomials at (Toom-Cook).

/// Of two matrices that take fewer operations one after the other.
template <class SecondFactor, class FirstFactor>
struct Product {
  using First = FirstFactor;
  using Second = SecondFactor;
  static constexpr int rows = Second::rows, columns = First::columns;
};

template <class Matrix, class = void>
constexpr bool isProduct = false;
template <class Matrix>
constexpr bool isProduct<Matrix, std::void_t<typename Matrix::First>> = true;

/// Every row of `Input` and `Weight` is a product by itself.
struct Single {
  static constexpr int place(int row) { return row; }
  static constexpr int slot(int) { return 0; }
  static constexpr int slots(int) { return 1; }
};

// Two taps: a part of the forms with stride 2.
struct TwoInTwos {
  struct Input {
    static constexpr int rows = 3, columns = 3;
    static constexpr float at[3][3] = {
        {1, -1, 0}, {0, 1, 0}, {0, 1, -1}};
  };
  struct Weight {
    static constexpr int rows = 3, columns = 2;
    static constexpr float at[3][2] = {
        {1, 0}, {1, 1}, {0, 1}};
  };
  struct Output {
    static constexpr int rows = 2, columns = 3;
    static constexpr float at[2][3] = {
        {1, 1, 0}, {0, 1, -1}};
  };
};

// Two taps, by the points 0, 1, -1, 2 and ∞.
struct TwoInFours {
  struct Differences {
    static constexpr int rows = 5, columns = 5;
    static constexpr float at[5][5] = {
        {1, 0, -1, 0, 0}, {0, -1, 0, 1, 0}, {0, 1, -1, 0, 0}, {0, 1, 1, 0, 0}, {0, 0, -1, 0, 1}};
  };
  struct OfDifferences {
    static constexpr int rows = 5, columns = 5;
    static constexpr float at[5][5] = {
        {2, 1, 0, 0, 0}, {0, 1, 0, -1, 0}, {0, 1, 3, 0, 0}, {0, 1, 0, 0, 0}, {0, -2, 0, 0, 1}};
  };
  using Input = Product<OfDifferences, Differences>;
  struct Weight {
    static constexpr int rows = 5, columns = 2;
    static constexpr float at[5][2] = {
        {1 / 2.f, 0}, {-1 / 2.f, -1 / 2.f}, {-1 / 6.f, 1 / 6.f}, {1 / 6.f, 1 / 3.f}, {0, 1}};
  };
  struct Pairs {
    static constexpr int rows = 5, columns = 5;
    static constexpr float at[5][5] = {
        {1, 0, 0, 0, 0}, {0, 1, 1, 0, 0}, {0, 1, -1, 0, 0}, {0, 0, 0, 1, 0}, {0, 0, 0, 0, 1}};
  };
  struct OfPairs {
    static constexpr int rows = 4, columns = 5;
    static constexpr float at[4][5] = {
        {1, 1, 0, 1, 0}, {0, 0, 1, 2, 0}, {0, 1, 0, 4, 0}, {0, 0, 1, 8, 1}};
  };
  using Output = Product<OfPairs, Pairs>;
};

// 3×3, stride 1.
struct ThreeInTwos : Single {
  static constexpr int tileStep = 2, resultStep = 2;
  struct Input {
    static constexpr int rows = 4, columns = 4;
    static constexpr float at[4][4] = {
        {1, 0, -1, 0}, {0, 1, 1, 0}, {0, -1, 1, 0}, {0, 1, 0, -1}};
  };
  struct Weight {
    static constexpr int rows = 4, columns = 3;
    static constexpr float at[4][3] = {
        {1, 0, 0}, {.5f, .5f, .5f}, {.5f, -.5f, .5f}, {0, 0, 1}};
  };
  struct Output {
    static constexpr int rows = 2, columns = 4;
    static constexpr float at[2][4] = {
        {1, 1, 1, 0}, {0, 1, -1, -1}};
  };
};

// 3×3, stride 1, by the points 0, ±1, ±2 and ∞.
struct ThreeInFours : Single {
  static constexpr int tileStep = 4, resultStep = 4;
  /// Parts of even and of odd powers, of which the points 1 and -1, and 2 and -2, take sum and difference.
  struct Powers {
    static constexpr int rows = 6, columns = 6;
    static constexpr float at[6][6] = {
        {4, 0, -5, 0, 1, 0}, {0, 0, -4, 0, 1, 0}, {0, -4, 0, 1, 0, 0}, {0, 0, -1, 0, 1, 0},
        {0, -1, 0, 1, 0, 0}, {0, 4, 0, -5, 0, 1}};
  };
  struct OfPowers {
    static constexpr int rows = 6, columns = 6;
    static constexpr float at[6][6] = {
        {1, 0, 0, 0, 0, 0}, {0, 1, 1, 0, 0, 0}, {0, 1, -1, 0, 0, 0}, {0, 0, 0, 1, 2, 0},
        {0, 0, 0, 1, -2, 0}, {0, 0, 0, 0, 0, 1}};
  };
  using Input = Product<OfPowers, Powers>;
  struct Weight {
    static constexpr int rows = 6, columns = 3;
    static constexpr float at[6][3] = {
        {1 / 4.f, 0, 0}, {-1 / 6.f, -1 / 6.f, -1 / 6.f}, {-1 / 6.f, 1 / 6.f, -1 / 6.f},
        {1 / 24.f, 1 / 12.f, 1 / 6.f}, {1 / 24.f, -1 / 12.f, 1 / 6.f}, {0, 0, 1}};
  };
  struct Pairs {
    static constexpr int rows = 6, columns = 6;
    static constexpr float at[6][6] = {
        {1, 0, 0, 0, 0, 0}, {0, 1, 1, 0, 0, 0}, {0, 1, -1, 0, 0, 0}, {0, 0, 0, 1, 1, 0},
        {0, 0, 0, 1, -1, 0}, {0, 0, 0, 0, 0, 1}};
  };
  struct OfPairs {
    static constexpr int rows = 4, columns = 6;
    static constexpr float at[4][6] = {
        {1, 1, 0, 1, 0, 0}, {0, 0, 1, 0, 2, 0}, {0, 1, 0, 4, 0, 0}, {0, 0, 1, 0, 8, 1}};
  };
  using Output = Product<OfPairs, Pairs>;
};

/// Rows and columns 0, 2, 4, … and 1, 3, 5, … each take a matrix, the odd ones as many of its rows and columns as are left.
template <class Matrix, int rowCount, int columnCount, bool = isProduct<Matrix>>
struct Interleaved {
  static constexpr int rows = rowCount, columns = columnCount;
  struct Table {
    float at[rows][columns];
  };
  static constexpr Table interleave() {
    Table table{};
    for (int row = 0; row < rows; row++)
      for (int column = row % 2; column < columns; column += 2)
        table.at[row][column] = Matrix::at[row / 2][column / 2];
    return table;
  }
  static constexpr Table table = interleave();
  static constexpr const float (&at)[rows][columns] = table.at;
};

template <class Matrix, int rowCount, int columnCount>
struct Interleaved<Matrix, rowCount, columnCount, true>
    : Product<Interleaved<typename Matrix::Second, rowCount, rowCount>,
              Interleaved<typename Matrix::First, rowCount, columnCount>> {
  static_assert(Matrix::First::rows == Matrix::rows);
};

/// With stride 2, even pixels meet the even taps and odd pixels the odd ones: two convolutions with stride 1, whose
/// results are added up, and so are their products at each place. One tap less makes the last product nought.
template <class Phase, int kernel>
struct Strided {
  static constexpr int places = Phase::Output::columns, results = Phase::Output::rows;
  static constexpr int transformed = 2 * places - kernel % 2;
  static constexpr int tileStep = 2 * results, resultStep = results;

  static constexpr int place(int row) { return row / 2; }
  static constexpr int slot(int row) { return row % 2; }
  static constexpr int slots(int place) { return 2 * place + 1 < transformed ? 2 : 1; }

  using Input = Interleaved<typename Phase::Input, transformed, transformed>;
  using Weight = Interleaved<typename Phase::Weight, transformed, kernel>;
  using Output = typename Phase::Output;
};

template <class Matrix, bool = isProduct<Matrix>>
struct Adjoint {
  static constexpr int rows = Matrix::columns, columns = Matrix::rows;
  struct Table {
    float at[rows][columns];
  };
  static constexpr Table transpose() {
    Table table{};
    for (int row = 0; row < rows; row++)
      for (int column = 0; column < columns; column++)
        table.at[row][column] = Matrix::at[column][row];
    return table;
  }
  static constexpr Table table = transpose();
  static constexpr const float (&at)[rows][columns] = table.at;
};

template <class Matrix>
struct Adjoint<Matrix, true>
    : Product<Adjoint<typename Matrix::First>, Adjoint<typename Matrix::Second>> {};
