namespace LusEdge.Training.Onnx;

/// <summary>
/// Statistics of each row of the picture: its brightness, its variation, and how much it changes from pixel to pixel and to the
/// row below. Depth increases down the rows, and pleura, A-lines, B-lines and consolidations each leave their mark on them. The
/// profile is used like a network stage, with number 0, one row of features per row of the picture, and a single column.
/// </summary>
internal static class RowProfile
{
    /// <summary>The profile's stage number.</summary>
    public const int Stage = 0;

    /// <summary>Features per row: mean, standard deviation, maximum, mean step to the right, mean step down.</summary>
    public const int Channels = 5;

    /// <summary>The side of the cells, in pixels, that are averaged first, so that speckle does not become a feature.</summary>
    public const int Cell = 4;

    /// <summary>The number of rows in the profile.</summary>
    /// <param name="size">Width and height of the network's input in pixels.</param>
    public static int RowsOf(int size) => size / Cell;

    /// <summary>Adds the profile to a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="gray">The network's input, float32 [1,1,size,size].</param>
    /// <param name="size">Width and height of the network's input in pixels.</param>
    /// <returns>Float32 [1,channels,rows,1].</returns>
    public static string Add(OnnxGraph graph, string gray, int size)
    {
        int rows = RowsOf(size);
        string cells = graph.Node(
            "AveragePool", [gray], ("kernel_shape", new long[] { Cell, Cell }), ("strides", new long[] { Cell, Cell }));
        string mean = Mean(cells);
        string apart = graph.Node("Sub", [cells, mean]);
        string spread = graph.Node("Sqrt", [Mean(graph.Node("Mul", [apart, apart]))]);
        string highest = graph.Node("ReduceMax", [cells], ("axes", new long[] { 3 }));
        string across = Mean(Step(axis: 3)), down = Mean(Step(axis: 2));

        // The last row has no row below it.
        string whole = graph.Node("Concat", [down, graph.Constant([0], 1, 1, 1, 1)], ("axis", 2));
        return graph.Node("Concat", [mean, spread, highest, across, whole], ("axis", 1));

        string Mean(string value) => graph.Node("ReduceMean", [value], ("axes", new long[] { 3 }));

        string Step(long axis) => graph.Node(
            "Abs",
            [graph.Node("Sub", [
                graph.Node("Slice", [cells, graph.Constant(1L), graph.Constant((long)rows), graph.Constant(axis)]),
                graph.Node("Slice", [cells, graph.Constant(0L), graph.Constant(rows - 1L), graph.Constant(axis)])])]);
    }
}
