using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace OnePeace.Modalities.Text;

/// <summary>The byte-pair table: what every byte-pair id spells, and its id in the model's dictionary.</summary>
/// <remarks>
/// Stored as tab-separated rows <c>bpe_id, bytes_base64, dictionary_id</c> under one header line, ids ascending from 0; the id of a pair is
/// its rank among the merges.
/// </remarks>
public sealed class Vocabulary
{
    /// <summary>The name of a model's own table in its assets folder.</summary>
    public const string FileName = "vocabulary.tsv";

    private static readonly Lazy<Vocabulary> _official = new(ReadEmbedded);

    private readonly List<byte[]> _spellings = [];
    private readonly List<int> _dictionaryIds = [];

    private Vocabulary() { }

    /// <summary>The official table, which ships inside this assembly.</summary>
    public static Vocabulary Official => _official.Value;

    /// <summary>What each byte-pair id spells.</summary>
    public IReadOnlyList<byte[]> Spellings => _spellings;

    /// <summary>The dictionary id of each byte-pair id.</summary>
    public IReadOnlyList<int> DictionaryIds => _dictionaryIds;

    /// <summary>Option <c>vocabulary_file</c>, else the table among the model's assets, else the official one.</summary>
    /// <exception cref="InvalidDataException">The table cannot be read.</exception>
    public static Vocabulary Of(ModalityOptions options)
    {
        var named = options.String("vocabulary_file");
        var path = Path.Combine(options.Assets ?? "", named ?? FileName);
        if (named is null && (options.Assets is null || !File.Exists(path)))
            return Official;
        if (!File.Exists(path))
            throw new InvalidDataException(
                $"Text option 'vocabulary_file' names '{named}', which is not there: give a file of rows 'bpe_id, bytes_base64, dictionary_id'.");
        using var file = File.OpenText(path);
        return Read(file);
    }

    /// <summary>Reads a table.</summary>
    /// <exception cref="InvalidDataException">A row is not of the form above, or a single byte has no row.</exception>
    public static Vocabulary Read(TextReader rows)
    {
        var vocabulary = new Vocabulary();
        rows.ReadLine();
        while (rows.ReadLine() is { } row)
            vocabulary.Add(row);
        var bytes = vocabulary._spellings.Where(spelling => spelling.Length == 1).Select(spelling => spelling[0]).Distinct().Count();
        if (bytes != 256)
            throw new InvalidDataException($"The vocabulary must spell each of the 256 single bytes, but spells {bytes}: some rows are missing.");
        return vocabulary;
    }

    private void Add(string row)
    {
        var cells = row.Split('\t');
        var spelling = new byte[row.Length];
        if (cells.Length != 3
            || !int.TryParse(cells[0], CultureInfo.InvariantCulture, out var id) || id != _spellings.Count
            || !Convert.TryFromBase64String(cells[1], spelling, out var length) || length == 0
            || !int.TryParse(cells[2], CultureInfo.InvariantCulture, out var dictionaryId) || dictionaryId < 0)
        {
            throw new InvalidDataException(
                $"Row {_spellings.Count + 1} of the vocabulary must be '{_spellings.Count}', base64 bytes and a dictionary id between tabs.");
        }
        _spellings.Add(spelling[..length]);
        _dictionaryIds.Add(dictionaryId);
    }

    private static Vocabulary ReadEmbedded()
    {
        using var packed = typeof(Vocabulary).Assembly.GetManifestResourceStream("vocabulary.tsv.gz")!;
        using var rows = new StreamReader(new GZipStream(packed, CompressionMode.Decompress), Encoding.ASCII);
        return Read(rows);
    }
}
