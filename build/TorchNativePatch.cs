using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
#if !TORCH_NATIVE_PATCH_TESTS
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
#endif

namespace OnePeace.Build
{
    /// <summary>
    /// Lets TorchSharp's native library load on systems whose libstdc++ is older than GCC 13 (Debian 12, Ubuntu 22.04).
    /// <para>
    /// libLibTorchSharp.so imports one symbol of that age, <c>std::ios_base_library_init()</c>, an empty marker that only asserts the
    /// version. The patch points the import at <c>std::get_terminate()</c>, which every libstdc++ has and which does nothing but return
    /// a pointer, and lowers the version need to match. Only a 64-bit little-endian ELF that has exactly this need is touched.
    /// </para>
    /// </summary>
    /// <remarks>Compiled by MSBuild's inline task factory (netstandard2.0) and by the tests. ELF layout: the System V gABI and the LSB's symbol versioning.</remarks>
    public static class TorchNativePatch
    {
        public const string NeededVersion = "GLIBCXX_3.4.32";
        public const string ProvidedVersion = "GLIBCXX_3.4.20";
        public const string NeededSymbol = "_ZSt21ios_base_library_initv";
        public const string ProvidedSymbol = "_ZSt13get_terminatev";

        private const int LoadSegment = 1, DynamicSegment = 2;
        private const ulong StringTable = 5, StringTableSize = 10, VersionNeeds = 0x6ffffffe, VersionNeedCount = 0x6fffffff;

        /// <summary>Patches the file in place (as a new file: a hard link to the original stays as it was). False when there is nothing to patch.</summary>
        public static bool Apply(string path)
        {
            var image = File.ReadAllBytes(path);
            if (!Patch(image)) return false;
            var temporary = path + ".patched";
            File.WriteAllBytes(temporary, image);
            File.Delete(path);
            File.Move(temporary, path);
            return true;
        }

        /// <summary>Patches the image in memory. False, and nothing changed, when it is no such ELF or lacks the need or the symbol.</summary>
        public static bool Patch(byte[] image)
        {
            if (!IsElf64LittleEndian(image)) return false;
            var dynamic = ReadDynamic(image);
            if (!dynamic.ContainsKey(StringTable) || !dynamic.ContainsKey(VersionNeeds)) return false;

            var strings = FileOffset(image, dynamic[StringTable]);
            var stringsEnd = strings + (long)dynamic[StringTableSize];
            var symbol = FindString(image, strings, stringsEnd, NeededSymbol);
            var need = FindVersionNeed(image, FileOffset(image, dynamic[VersionNeeds]), dynamic[VersionNeedCount], strings);
            if (symbol < 0 || need < 0) return false;

            Overwrite(image, symbol, NeededSymbol.Length, ProvidedSymbol);
            Overwrite(image, strings + ReadUInt32(image, need + 8), NeededVersion.Length, ProvidedVersion);
            BitConverter.GetBytes(ElfHash(ProvidedVersion)).CopyTo(image, (int)need);   // vna_hash
            return true;
        }

        /// <summary>The hash of the System V ABI that the loader compares version names by.</summary>
        public static uint ElfHash(string name)
        {
            uint hash = 0;
            foreach (var character in name)
            {
                hash = (hash << 4) + character;
                var high = hash & 0xf0000000;
                if (high != 0) hash ^= high >> 24;
                hash &= ~high;
            }
            return hash;
        }

        private static bool IsElf64LittleEndian(byte[] image) =>
            image.Length > 64 && image[0] == 0x7f && image[1] == 'E' && image[2] == 'L' && image[3] == 'F' && image[4] == 2 && image[5] == 1;

        private static IEnumerable<long> ProgramHeaders(byte[] image)
        {
            long start = (long)ReadUInt64(image, 32), size = ReadUInt16(image, 54), count = ReadUInt16(image, 56);
            for (var i = 0; i < count; i++) yield return start + i * size;
        }

        private static Dictionary<ulong, ulong> ReadDynamic(byte[] image)
        {
            var entries = new Dictionary<ulong, ulong>();
            foreach (var header in ProgramHeaders(image))
            {
                if (ReadUInt32(image, header) != DynamicSegment) continue;
                var start = (long)ReadUInt64(image, header + 8);
                var end = start + (long)ReadUInt64(image, header + 32);
                for (var entry = start; entry < end; entry += 16) entries[ReadUInt64(image, entry)] = ReadUInt64(image, entry + 8);
            }
            return entries;
        }

        private static long FileOffset(byte[] image, ulong address)
        {
            foreach (var header in ProgramHeaders(image))
            {
                if (ReadUInt32(image, header) != LoadSegment) continue;
                ulong offset = ReadUInt64(image, header + 8), start = ReadUInt64(image, header + 16), size = ReadUInt64(image, header + 32);
                if (address >= start && address < start + size) return (long)(address - start + offset);
            }
            throw new InvalidDataException($"The ELF image has no loaded segment at address 0x{address:x}.");
        }

        /// <summary>The offset of the Vernaux record that asks for <see cref="NeededVersion"/>, or -1.</summary>
        private static long FindVersionNeed(byte[] image, long need, ulong count, long strings)
        {
            for (ulong i = 0; i < count; i++)
            {
                var auxiliary = need + ReadUInt32(image, need + 8);
                for (var j = 0; j < ReadUInt16(image, need + 2); j++)
                {
                    if (ReadString(image, strings + ReadUInt32(image, auxiliary + 8)) == NeededVersion) return auxiliary;
                    auxiliary += ReadUInt32(image, auxiliary + 12);
                }
                need += ReadUInt32(image, need + 12);
            }
            return -1;
        }

        private static long FindString(byte[] image, long start, long end, string text)
        {
            var wanted = Encoding.ASCII.GetBytes("\0" + text + "\0");
            for (var offset = start; offset <= end - wanted.Length; offset++)
            {
                var length = 0;
                while (length < wanted.Length && image[offset + length] == wanted[length]) length++;
                if (length == wanted.Length) return offset + 1;
            }
            return -1;
        }

        private static void Overwrite(byte[] image, long offset, int oldLength, string text)
        {
            Array.Clear(image, (int)offset, oldLength);
            Encoding.ASCII.GetBytes(text).CopyTo(image, (int)offset);
        }

        private static string ReadString(byte[] image, long offset)
        {
            var end = offset;
            while (image[end] != 0) end++;
            return Encoding.ASCII.GetString(image, (int)offset, (int)(end - offset));
        }

        private static ushort ReadUInt16(byte[] image, long offset) => BitConverter.ToUInt16(image, (int)offset);
        private static uint ReadUInt32(byte[] image, long offset) => BitConverter.ToUInt32(image, (int)offset);
        private static ulong ReadUInt64(byte[] image, long offset) => BitConverter.ToUInt64(image, (int)offset);
    }

#if !TORCH_NATIVE_PATCH_TESTS
    /// <summary>The MSBuild face of <see cref="TorchNativePatch"/>: patches the copies in an output or publish folder.</summary>
    public sealed class PatchTorchNative : Task
    {
        [Required]
        public ITaskItem[] Files { get; set; }

        public override bool Execute()
        {
            foreach (var file in Files)
                if (TorchNativePatch.Apply(file.GetMetadata("FullPath")))
                    Log.LogMessage(MessageImportance.Normal, "{0}: now loads with the libstdc++ of GCC 5 and later", file.ItemSpec);
            return true;
        }
    }
#endif
}
