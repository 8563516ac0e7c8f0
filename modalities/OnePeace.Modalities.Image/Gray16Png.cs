using System.Buffers.Binary;
using System.IO.Compression;

namespace OnePeace.Modalities.Image;

/// <summary>A PNG of one channel with 16 bits, which PIL clips to 8 (everything above 255 is white), not scales.</summary>
internal sealed class Gray16Png : IImageRows
{
    private const int HeaderEnd = 33;   // signature, then IHDR with its length, name and checksum
    private const int BytesPerPixel = 2;

    /// <summary>Adam7: first column, first row, column step, row step of each pass.</summary>
    private static readonly (int X, int Y, int DX, int DY)[] _interlaced =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    private readonly byte[] _gray;   // [H, W]
    private readonly byte[] _row;
    private int _next;

    private Gray16Png(int width, int height)
    {
        (Width, Height) = (width, height);
        _gray = new byte[width * height];
        _row = new byte[4 * width];
    }

    public int Width { get; }

    public int Height { get; }

    public static bool Recognises(ReadOnlySpan<byte> file) =>
        file.Length >= HeaderEnd && file[12..].StartsWith("IHDR"u8) && file[24] == 16 && file[25] == 0;

    /// <exception cref="InvalidInputException">Beyond the limits, cut short or damaged.</exception>
    public static Gray16Png Open(ReadOnlySpan<byte> file, ImageLimits limits)
    {
        uint width = BinaryPrimitives.ReadUInt32BigEndian(file[16..]), height = BinaryPrimitives.ReadUInt32BigEndian(file[20..]);
        limits.Check(width, height);
        var image = new Gray16Png((int)width, (int)height);
        try
        {
            using var data = new ZLibStream(Data(file), CompressionMode.Decompress);
            foreach (var pass in file[28] == 0 ? [(0, 0, 1, 1)] : _interlaced)
                image.ReadPass(data, pass);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw DamagedImage.Error(ImageFormat.Png);
        }
        return image;
    }

    public ReadOnlySpan<byte> Next()
    {
        var row = _gray.AsSpan(_next++ * Width, Width);
        for (var x = 0; x < row.Length; x++)
            _row.AsSpan(4 * x, 4).Fill(row[x]);
        return _row;
    }

    public void Dispose() { }

    /// <summary>The compressed data: the contents of all IDAT chunks.</summary>
    private static MemoryStream Data(ReadOnlySpan<byte> file)
    {
        var data = new MemoryStream();
        for (long at = HeaderEnd, length; at + 8 <= file.Length; at += 12 + length)
        {
            var chunk = file[(int)at..];
            length = BinaryPrimitives.ReadUInt32BigEndian(chunk);
            if (chunk[4..].StartsWith("IDAT"u8))
                data.Write(chunk.Slice(8, (int)Math.Min(length, chunk.Length - 8)));
        }
        data.Position = 0;
        return data;
    }

    private void ReadPass(ZLibStream data, (int X, int Y, int DX, int DY) pass)
    {
        var columns = (Width - pass.X + pass.DX - 1) / pass.DX;
        if (columns <= 0)
            return;
        var above = new byte[BytesPerPixel * columns];
        var line = new byte[BytesPerPixel * columns];
        for (var y = pass.Y; y < Height; y += pass.DY)
        {
            var filter = data.ReadByte();
            data.ReadExactly(line);
            Unfilter(filter, line, above);
            for (var column = 0; column < columns; column++)
                _gray[y * Width + pass.X + column * pass.DX] = line[BytesPerPixel * column] == 0 ? line[BytesPerPixel * column + 1] : byte.MaxValue;
            (above, line) = (line, above);
        }
    }

    private static void Unfilter(int filter, Span<byte> line, ReadOnlySpan<byte> above)
    {
        for (var at = 0; at < line.Length; at++)
        {
            byte left = 0, corner = 0;
            if (at >= BytesPerPixel)
                (left, corner) = (line[at - BytesPerPixel], above[at - BytesPerPixel]);
            line[at] += filter switch
            {
                0 => 0,
                1 => left,
                2 => above[at],
                3 => (byte)((left + above[at]) / 2),
                4 => Paeth(left, above[at], corner),
                _ => throw new InvalidDataException(),
            };
        }
    }

    private static byte Paeth(byte left, byte above, byte corner)
    {
        int toLeft = Math.Abs(above - corner), toAbove = Math.Abs(left - corner), toCorner = Math.Abs(left + above - 2 * corner);
        return toLeft <= toAbove && toLeft <= toCorner ? left : toAbove <= toCorner ? above : corner;
    }
}
