#:project ../Framework/Framework.csproj
#:property PublishAot=false

// Makes Framework/Data/Embedded/digits.idx.br out of the fetched data set "mnist":
//
//     dotnet run --project Cli -- data fetch mnist
//     dotnet run eng/MakeDigits.cs
//
// Of each class the first Digits.TrainPerClass training digits and the first Digits.TestPerClass test digits, in the
// files' order. The content is the same always; the packed bytes are while the SDK's Brotli encoder is.

using System.IO.Compression;
using System.Runtime.CompilerServices;
using Framework.Data;
using Framework.Data.Idx;
using Framework.Data.Sources;
using Framework.Tensors;

string folder = DataCache.Default.FolderOf("mnist");
string target = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Source())!, "../Framework/Data/Embedded/digits.idx.br"));

var content = new MemoryStream();
Append(DataSplit.Train, Digits.TrainPerClass);
Append(DataSplit.Test, Digits.TestPerClass);

var packed = new MemoryStream();
using (var brotli = new BrotliStream(packed, CompressionLevel.SmallestSize, leaveOpen: true)) content.WriteTo(brotli);
File.WriteAllBytes(target + ".tmp", packed.ToArray());
File.Move(target + ".tmp", target, overwrite: true);
Console.WriteLine($"{target}: {packed.Length} bytes");

void Append(DataSplit split, int perClass)
{
    DataSets.Open("mnist", split); // refuses files that are not MNIST's
    var images = IdxFile.Read(Path.Combine(folder, IdxFolder.ImagesName(split)));
    var labels = IdxFile.Read(Path.Combine(folder, IdxFolder.LabelsName(split)));

    var taken = new int[10];
    int[] chosen = [.. Enumerable.Range(0, labels.Count).Where(i => taken[labels.AsSpan<byte>()[i]]++ < perClass)];
    IdxFile.Write(content, Choose(images, chosen));
    IdxFile.Write(content, Choose(labels, chosen));
}

static Tensor Choose(Tensor all, int[] chosen)
{
    var some = new Tensor(all.ElementType, [chosen.Length, .. all.Shape[1..]]);
    for (int i = 0; i < chosen.Length; i++) all.Slice(chosen[i], 1).CopyTo(some.Slice(i, 1));
    return some;
}

static string Source([CallerFilePath] string path = "") => path;
