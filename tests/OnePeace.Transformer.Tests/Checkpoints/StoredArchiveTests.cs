using System.IO.Compression;
using System.Text;
using OnePeace.Transformer.Checkpoints.Archives;

namespace OnePeace.Transformer.Tests.Checkpoints;

/// <summary>Zip files of stored entries: written to the byte, read where they lie, and nothing hidden between them.</summary>
public sealed class StoredArchiveTests : IDisposable
{
    private const int Most = 10;

    private readonly TestFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData(uint.MaxValue)]
    [InlineData(100)]   // as a file of more than 4 GB would be written
    [InlineData(1)]
    public void What_was_written_is_read_by_this_reader_and_by_another(long wideFrom)
    {
        var path = _files.With("a.zip", Write(wideFrom));
        using (var archive = new StoredArchive(path, Most))
        {
            Assert.Equal(["a", "b/empty", "c"], archive.Entries.Select(e => e.Name));
            Assert.Equal("first", Text(archive, 0));
            Assert.Equal("", Text(archive, 1));
            Assert.Equal(new string('x', 1000), Text(archive, 2));
            Assert.Equal(0, archive.Entries[2].Start % 64);
        }
        using var zip = ZipFile.OpenRead(path);
        using var reader = new StreamReader(zip.GetEntry("c")!.Open());
        Assert.Equal(new string('x', 1000), reader.ReadToEnd());
    }

    [Fact]
    public void The_same_entries_make_the_same_bytes() => Assert.Equal(Write(), Write());

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(32)]
    [InlineData(58)]
    [InlineData(59)]
    [InlineData(63)]
    [InlineData(64)]
    public void Wherever_an_entry_would_begin_it_is_moved_to_a_multiple_of_64(int before)
    {
        using var stream = new MemoryStream();
        var writer = new StoredArchiveWriter(stream);
        Add(writer, "a", new byte[before]);
        Add(writer, "b", [1, 2, 3], 64);
        writer.Finish();
        using var archive = new StoredArchive(_files.With("a.zip", stream.ToArray()), Most);
        Assert.Equal(0, archive.Entries[1].Start % 64);
        Assert.Equal([1, 2, 3], archive.Bytes(archive.Entries[1].Start, 3).ToArray());
    }

    [Fact]
    public void Content_that_changes_while_it_is_written_is_noticed()
    {
        using var stream = new MemoryStream();
        var digest = ContentDigest.Of(s => s.Write("once"u8));
        Assert.Throws<InvalidDataException>(() => new StoredArchiveWriter(stream).Add("a", digest, s => s.Write("then"u8)));
    }

    [Fact]
    public void More_entries_than_wanted_are_refused() =>
        Assert.Contains("at most 2", Assert.Throws<InvalidDataException>(() => new StoredArchive(_files.With("a.zip", Write()), 2)).Message);

    [Fact]
    public void A_directory_that_reaches_outside_the_file_is_refused()
    {
        foreach (var wideFrom in new[] { uint.MaxValue, 1L })
        {
            var bytes = Write(wideFrom);
            bytes.AsSpan(bytes.Length - (wideFrom == 1 ? 98 - 40 : 22 - 12), 8).Fill(0x7f);
            Assert.Throws<InvalidDataException>(() => new StoredArchive(_files.With("a.zip", bytes), Most));
        }
    }

    [Fact]
    public void Five_thousand_damaged_archives_are_read_or_refused_and_nothing_else()
    {
        var random = new Random(1);
        byte[][] originals = [Write(), Write(wideFrom: 1)];
        var refused = 0;
        for (var i = 0; i < 5000; i++)
        {
            var damaged = (byte[])originals[i % 2].Clone();
            for (var hits = random.Next(1, 4); hits > 0; hits--) damaged[random.Next(4) == 0 ? random.Next(damaged.Length) : damaged.Length - 1 - random.Next(350)] = (byte)random.Next(256);
            try
            {
                using var archive = new StoredArchive(_files.With("damaged.zip", damaged.AsSpan(0, random.Next(4) == 0 ? random.Next(damaged.Length) : damaged.Length)), Most);
                foreach (var entry in archive.Entries) archive.Bytes(entry.Start, (int)entry.Length);
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }
        Assert.InRange(refused, 2000, 4999);
    }

    private static byte[] Write(long wideFrom = uint.MaxValue)
    {
        using var stream = new MemoryStream();
        var writer = new StoredArchiveWriter(stream, wideFrom);
        Add(writer, "a", "first"u8.ToArray());
        Add(writer, "b/empty", []);
        Add(writer, "c", Encoding.ASCII.GetBytes(new string('x', 1000)), 64);
        writer.Finish();
        return stream.ToArray();
    }

    private static void Add(StoredArchiveWriter writer, string name, byte[] content, int alignment = 1) =>
        writer.Add(name, ContentDigest.Of(s => s.Write(content)), s => s.Write(content), alignment);

    private static string Text(StoredArchive archive, int index) => Encoding.ASCII.GetString(archive.Bytes(archive.Entries[index].Start, (int)archive.Entries[index].Length));
}
