using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace OnePeace.Gateway.Keys;

/// <summary>Keys as users see them: <c>op_</c> and 32 random bytes in base62.</summary>
internal static class KeyText
{
    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const int Length = 43;   // 62^43 > 2^256

    public static string Generate()
    {
        var value = new BigInteger(RandomNumberGenerator.GetBytes(32), isUnsigned: true);
        var text = new char[Length];
        for (var i = Length - 1; i >= 0; i--)
        {
            value = BigInteger.DivRem(value, Digits.Length, out var digit);
            text[i] = Digits[(int)digit];
        }
        return $"op_{new string(text)}";
    }

    public static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    /// <summary>Whether a key that an operator chose can be sent in a header and is not trivially short.</summary>
    public static bool IsUsable(string key) => key.Length is >= 8 and <= 256 && key.All(c => c is > ' ' and <= '~');
}
