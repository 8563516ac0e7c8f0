using System.Collections;
using OnePeace.Modalities.Layers.Packing;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Layers;

/// <summary>Learned attention biases by relative position: one table for all layers, or one a layer; <c>[rows, H]</c> each.</summary>
/// <remarks>Shapes: <c>L</c> tokens, <c>K</c> preserved tokens, <c>H</c> heads.</remarks>
public sealed class RelativeTables : nn.Module, IPackable
{
    /// <summary>What a shared table was once called among a modality's weights.</summary>
    public const string OldestName = "adapter.rel_pos_table.weight";

    private readonly Embedding[] _tables;
    private readonly LengthCache _rows = new();
    private LengthCache? _kept;

    /// <param name="rows">Rows of each table.</param>
    /// <param name="shape">Says how many heads and tables.</param>
    public RelativeTables(long rows, CoreShape shape) : base(nameof(RelativeTables))
    {
        _tables = [.. Enumerable.Range(0, shape.RelativeTables).Select(_ => new Embedding(rows, shape.Heads, startsAtZero: true))];
        for (var i = 0; i < _tables.Length; i++)
            register_module($"{i}", _tables[i]);
    }

    /// <summary>The biases, <c>[1, H, L, L]</c>, or <c>[B, H, K, K]</c> of preserved positions. Each is computed when it is asked for: together they can be large.</summary>
    /// <param name="index">Makes the row of every pair, int64 <c>[L, L]</c>.</param>
    /// <param name="length">L.</param>
    /// <param name="preserved"><see cref="ModalityBatch.Preserved"/>, <c>[B, K]</c>; must outlive the biases.</param>
    public IReadOnlyList<Tensor> Biases(Func<Tensor> index, long length, Tensor? preserved) => new BiasList(this, index, length, preserved);

    /// <summary>Adapts the tables of an older checkpoint in place: the oldest name of a shared table, and a shared table where the core has one a layer.</summary>
    public static void Upgrade(IDictionary<string, Tensor> weights, CoreShape shape)
    {
        if (weights.Remove(OldestName, out var table)) weights[Name(0)] = table;
        if (shape.RelativeTables == 1 || weights.ContainsKey(Name(1)) || !weights.TryGetValue(Name(0), out var shared)) return;
        for (var i = 1; i < shape.RelativeTables; i++)
            weights[Name(i)] = shared.clone();
    }

    /// <summary>From now on biases are kept by length, and whoever asks gets the same tensor.</summary>
    public void Pack(bool keepsWeights) => _kept ??= new LengthCache();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _rows.Dispose();
            _kept?.Dispose();
        }
        base.Dispose(disposing);
    }

    /// <summary>A table's name among a modality's weights.</summary>
    public static string Name(int table) => $"adapter.rel_pos_table_list.{table}.weight";

    private Tensor Compute(int table, Tensor rows) => _tables[table].call(rows).permute(0, 3, 1, 2).contiguous();   // [1, H, L, L] or [B, H, K, K]

    private sealed class BiasList(RelativeTables tables, Func<Tensor> index, long length, Tensor? preserved) : IReadOnlyList<Tensor>
    {
        public int Count => tables._tables.Length;

        /// <summary>A new tensor or handle each time, owned by the caller's dispose scope.</summary>
        public Tensor this[int table]
        {
            get
            {
                using var scope = NewDisposeScope();
                if (preserved is not null) return tables.Compute(table, Pick(Rows(), MaskedPositions.Gathered(preserved))).MoveToOuterDisposeScope();
                var bias = tables._kept?.Get(table, length, () => tables.Compute(table, Rows().unsqueeze(0))) ?? tables.Compute(table, Rows().unsqueeze(0));
                return bias.MoveToOuterDisposeScope();
            }
        }

        public IEnumerator<Tensor> GetEnumerator() => Enumerable.Range(0, Count).Select(i => this[i]).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        /// <summary>The row of every pair, kept by length unless biases are: making it takes longer than a small model's layer.</summary>
        private Tensor Rows() => tables._kept is not null ? index() : tables._rows.Get(0, length, () =>
        {
            using var usual = inference_mode(false);   // what is kept may next be needed for gradients
            return index();
        });

        private static Tensor Pick(Tensor rows, Tensor positions)
        {
            var (batch, kept) = (positions.size(0), positions.size(1));
            return rows.index_select(0, positions.flatten()).view(batch, kept, -1)
                .gather(2, positions.unsqueeze(1).expand(batch, kept, kept));                                 // [B, K, K]
        }
    }
}
