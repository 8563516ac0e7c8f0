using System.Runtime.Versioning;

namespace OnePeace.Files.Tests;

public sealed class DurableFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("onepeace-files-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Target => Path.Combine(_folder, "file");

    [Fact]
    public void Until_the_whole_content_is_written_the_old_file_stands()
    {
        File.WriteAllText(Target, "old");
        DurableFile.Write(Target, stream =>
        {
            stream.Write("new"u8);
            stream.Flush();
            Assert.Equal("old", File.ReadAllText(Target));
            Assert.Equal(2, Directory.GetFiles(_folder).Length);
        });
        Assert.Equal("new", File.ReadAllText(Target));
        Assert.Equal([Target], Directory.GetFiles(_folder));
    }

    [Fact]
    public void What_fails_half_way_changes_nothing()
    {
        File.WriteAllText(Target, "old");
        Assert.Throws<InvalidOperationException>(() => DurableFile.Write(Target, stream =>
        {
            stream.Write("ne"u8);
            throw new InvalidOperationException();
        }));
        Assert.Equal("old", File.ReadAllText(Target));
        Assert.Equal([Target], Directory.GetFiles(_folder));
    }

    [Fact, UnsupportedOSPlatform("windows")]
    public void A_secret_is_its_owners_before_its_first_byte()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such modes.");
        const UnixFileMode secret = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        File.WriteAllText(Target, "for everybody");
        File.SetUnixFileMode(Target, secret | UnixFileMode.OtherRead);
        UnixFileMode? first = null;
        DurableFile.Write(Target, stream => first = File.GetUnixFileMode(((FileStream)stream).SafeFileHandle), secret);
        Assert.Equal(secret, first);
        Assert.Equal(secret, File.GetUnixFileMode(Target));
    }

    [Fact]
    public void Folders_are_created_with_those_above_them_and_only_once()
    {
        var deep = Path.Combine(_folder, "a", "b", "c");
        DurableFile.CreateDirectory(deep + Path.DirectorySeparatorChar);
        DurableFile.CreateDirectory(deep);
        Assert.True(Directory.Exists(deep));
    }

    [Fact]
    public void A_folder_that_is_not_there_cannot_be_flushed()
    {
        if (!OperatingSystem.IsWindows()) Assert.Throws<IOException>(() => DurableFile.FlushDirectory(Path.Combine(_folder, "missing")));
    }
}
