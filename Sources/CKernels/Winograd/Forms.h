// The transforms of every form, along one axis; the same serve both axes.
//
// `Input` takes a tile of x, `Weight` the taps, `Output` the products to a tile of y: y = Output·((Weight·w) ∘ (Input·x)).
// Products that count alike in y are added up before: row r of `Input` and `Weight` belongs to column place[r] of `Output`,
// which adds up `slots` rows; slot[r] is the row's number among them.

// 3×3, stride 1.
struct ThreeInTwos {
  static constexpr int tileStep = 2, resultStep = 2;
  static constexpr int place[] = {0, 1, 2, 3}, slot[] = {0, 0, 0, 0};
  static constexpr int slots[] = {1, 1, 1, 1};
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

// 3×3, stride 1.
struct ThreeInFours {
  static constexpr int tileStep = 4, resultStep = 4;
  static constexpr int place[] = {0, 1, 2, 3, 4, 5}, slot[] = {0, 0, 0, 0, 0, 0};
  static constexpr int slots[] = {1, 1, 1, 1, 1, 1};
  struct Input {
    static constexpr int rows = 6, columns = 6;
    static constexpr float at[6][6] = {
        {4, 0, -5, 0, 1, 0}, {0, -4, -4, 1, 1, 0}, {0, 4, -4, -1, 1, 0}, {0, -2, -1, 2, 1, 0},
        {0, 2, -1, -2, 1, 0}, {0, 4, 0, -5, 0, 1}};
  };
  struct Weight {
    static constexpr int rows = 6, columns = 3;
    static constexpr float at[6][3] = {
        {1 / 4.f, 0, 0}, {-1 / 6.f, -1 / 6.f, -1 / 6.f}, {-1 / 6.f, 1 / 6.f, -1 / 6.f},
        {1 / 24.f, 1 / 12.f, 1 / 6.f}, {1 / 24.f, -1 / 12.f, 1 / 6.f}, {0, 0, 1}};
  };
  struct Output {
    static constexpr int rows = 4, columns = 6;
    static constexpr float at[4][6] = {
        {1, 1, 1, 1, 1, 0}, {0, 1, -1, 2, -2, 0}, {0, 1, 1, 4, 4, 0}, {0, 1, -1, 8, -8, 1}};
  };
};

// With stride 2, even pixels meet the even taps and odd pixels the odd ones: two convolutions with stride 1, whose results
// are added up.

// 3×3, stride 2: two taps and one.
struct ThreeStrided {
  static constexpr int tileStep = 4, resultStep = 2;
  static constexpr int place[] = {0, 0, 1, 2, 2}, slot[] = {0, 1, 0, 0, 1};
  static constexpr int slots[] = {2, 1, 2};
  struct Input {
    static constexpr int rows = 5, columns = 5;
    static constexpr float at[5][5] = {
        {1, 0, -1, 0, 0}, {0, 1, 0, 0, 0}, {0, 0, 1, 0, 0}, {0, 0, 1, 0, -1}, {0, 0, 0, -1, 0}};
  };
  struct Weight {
    static constexpr int rows = 5, columns = 3;
    static constexpr float at[5][3] = {
        {1, 0, 0}, {0, 1, 0}, {1, 0, 1}, {0, 0, 1}, {0, 1, 0}};
  };
  struct Output {
    static constexpr int rows = 2, columns = 3;
    static constexpr float at[2][3] = {
        {1, 1, 0}, {0, 1, -1}};
  };
};

// 4×4, stride 2: two taps and two.
struct FourStrided {
  static constexpr int tileStep = 4, resultStep = 2;
  static constexpr int place[] = {0, 0, 1, 1, 2, 2}, slot[] = {0, 1, 0, 1, 0, 1};
  static constexpr int slots[] = {2, 2, 2};
  struct Input {
    static constexpr int rows = 6, columns = 6;
    static constexpr float at[6][6] = {
        {1, 0, -1, 0, 0, 0}, {0, 1, 0, -1, 0, 0}, {0, 0, 1, 0, 0, 0}, {0, 0, 0, 1, 0, 0},
        {0, 0, 1, 0, -1, 0}, {0, 0, 0, 1, 0, -1}};
  };
  struct Weight {
    static constexpr int rows = 6, columns = 4;
    static constexpr float at[6][4] = {
        {1, 0, 0, 0}, {0, 1, 0, 0}, {1, 0, 1, 0}, {0, 1, 0, 1}, {0, 0, 1, 0}, {0, 0, 0, 1}};
  };
  struct Output {
    static constexpr int rows = 2, columns = 3;
    static constexpr float at[2][3] = {
        {1, 1, 0}, {0, 1, -1}};
  };
};

// 5×5, stride 2: three taps and two.
struct FiveStrided {
  static constexpr int tileStep = 4, resultStep = 2;
  static constexpr int place[] = {0, 0, 1, 1, 2, 3, 3}, slot[] = {0, 1, 0, 1, 0, 0, 1};
  static constexpr int slots[] = {2, 2, 1, 2};
  struct Input {
    static constexpr int rows = 7, columns = 7;
    static constexpr float at[7][7] = {
        {1, 0, 0, 0, -1, 0, 0}, {0, 1, 0, -1, 0, 0, 0}, {0, 0, 1, 0, 1, 0, 0},
        {0, 0, 0, 1, 0, 0, 0}, {0, 0, -1, 0, 1, 0, 0}, {0, 0, 1, 0, 0, 0, -1},
        {0, 0, 0, 1, 0, -1, 0}};
  };
  struct Weight {
    static constexpr int rows = 7, columns = 5;
    static constexpr float at[7][5] = {
        {1, 0, 0, 0, 0}, {0, 1, 0, 0, 0}, {.5f, 0, .5f, 0, .5f}, {0, 1, 0, 1, 0},
        {.5f, 0, -.5f, 0, .5f}, {0, 0, 0, 0, 1}, {0, 0, 0, 1, 0}};
  };
  struct Output {
    static constexpr int rows = 2, columns = 4;
    static constexpr float at[2][4] = {
        {1, 1, 1, 0}, {0, 1, -1, -1}};
  };
};

template <class Matrix>
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
