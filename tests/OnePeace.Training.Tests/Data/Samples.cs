using System.Buffers.Binary;
using System.Text.Json.Nodes;
using OnePeace.Modalities;
using OnePeace.Modalities.Image;
using OnePeace.Modalities.Text;
using OnePeace.Training.Data;
using OnePeace.Training.Masks;

namespace OnePeace.Training.Tests.Data;

/// <summary>Pictures and words, and the plugins that read them.</summary>
internal static class Samples
{
    public const MaskedPasses Both = MaskedPasses.Alone | MaskedPasses.Joint;

    public static IReadOnlyList<PairModality> Modalities { get; } = [PairModality.Of(new TextModality()), PairModality.Of(new ImageModality())];

    public static PairSide Text => PairSide.Of(new TextModality(), new ModalityOptions(), Both);

    public static PairSide Image => PairSide.Of(new ImageModality(), new ModalityOptions(new JsonObject { ["image_size"] = 64 }), Both);

    /// <summary>A BMP file of 8 x 8 pixels of one colour.</summary>
    public static byte[] Picture(int colour)
    {
        var file = new byte[54 + (8 * 8 * 3)];
        "BM"u8.CopyTo(file);
        foreach (var (at, value) in new[] { (2, file.Length), (10, 54), (14, 40), (18, 8), (22, 8), (34, 192) })
            BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(at), value);
        (file[26], file[28]) = (1, 24);
        for (var at = 54; at < file.Length; at += 3)
            (file[at], file[at + 1], file[at + 2]) = ((byte)colour, (byte)(colour * 7), (byte)(colour * 31));
        return file;
    }

    public static async Task<StoredPair> Read(this IPairSource source, int index) => await source.ReadAsync(index, TestContext.Current.CancellationToken);

    public static string Words(this StoredPair pair) => System.Text.Encoding.UTF8.GetString(pair.Inputs["text"].Bytes.Span);
}
