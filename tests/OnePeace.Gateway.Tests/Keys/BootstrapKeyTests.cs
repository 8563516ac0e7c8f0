using OnePeace.Gateway.Keys;

namespace OnePeace.Gateway.Tests.Keys;

public sealed class BootstrapKeyTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("onepeace-keys-").FullName;

    private string HashFile => Path.Combine(_data, "keys", "bootstrap.sha256");

    [Fact]
    public void A_key_is_told_once_and_valid_ever_after()
    {
        var first = BootstrapKey.Open(_data, null);
        Assert.Matches("^op_[0-9A-Za-z]{43}$", first.Tell());
        var later = BootstrapKey.Open(_data, null);
        Assert.Null(later.Tell());
        Assert.True(later.Matches(first.Tell()!));
        Assert.False(later.Matches(first.Tell()![..^1]));
        Assert.False(later.Matches(""));
    }

    [Fact]
    public void A_key_that_nobody_was_told_is_not_kept()
    {
        var untold = BootstrapKey.Open(_data, null);
        Assert.False(File.Exists(HashFile));
        var told = BootstrapKey.Open(_data, null).Tell();
        Assert.NotNull(told);
        Assert.False(untold.Matches(told));
        Assert.True(BootstrapKey.Open(_data, null).Matches(told));
    }

    [Fact]
    public void Two_installations_have_different_keys() => Assert.NotEqual(KeyText.Generate(), KeyText.Generate());

    [Fact]
    public void Only_the_hash_is_stored_and_only_its_owner_may_read_it()
    {
        var key = BootstrapKey.Open(_data, null).Tell()!;
        var files = Directory.GetFiles(_data, "*", SearchOption.AllDirectories);
        Assert.Equal([HashFile], files);
        Assert.DoesNotContain(key, File.ReadAllText(HashFile));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(HashFile));
    }

    [Fact]
    public void A_given_key_replaces_the_present_one_for_good()
    {
        var made = BootstrapKey.Open(_data, null).Tell()!;
        var given = BootstrapKey.Open(_data, "op_operators_own");
        Assert.Null(given.Tell());
        Assert.True(BootstrapKey.Open(_data, null).Matches("op_operators_own"));
        Assert.False(given.Matches(made));
    }

    [Fact]
    public void A_given_key_is_told_at_the_first_start() =>
        Assert.Equal("op_operators_own", BootstrapKey.Open(_data, "op_operators_own").Tell());

    [Theory]
    [InlineData("short")]
    [InlineData("with a space")]
    [InlineData("umläutesind")]
    public void A_key_that_no_header_can_carry_is_refused(string key)
    {
        Assert.Throws<InvalidDataException>(() => BootstrapKey.Open(_data, key));
        Assert.False(File.Exists(HashFile));
    }

    [Fact]
    public void A_damaged_hash_is_an_error_that_says_what_to_do()
    {
        BootstrapKey.Open(_data, null).Tell();
        File.WriteAllText(HashFile, "abc");
        Assert.Contains("Delete it", Assert.Throws<InvalidDataException>(() => BootstrapKey.Open(_data, null)).Message);
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);
}
