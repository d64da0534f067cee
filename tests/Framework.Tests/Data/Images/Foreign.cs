namespace Framework.Tests.Data.Images;

/// <summary>Pictures of 11 x 9 pixels that ImageMagick 6.9 wrote, out of the formulas below.</summary>
internal static class Foreign
{
    public const int Rows = 9;
    public const int Columns = 11;

    private static readonly byte[][] s_palette = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 0], [9, 99, 199]];

    /// <summary>Colour type 2.</summary>
    public static byte[] ColourPng => Convert.FromBase64String(
        """
        iVBORw0KGgoAAAANSUhEUgAAAAsAAAAJCAIAAABrBkF6AAAAQUlEQVQY033KwQoAEBAFwBXPppRSsjf//5cOShtWzXEcEXX8BB7E8B97RIse6ekY+XaPcniOqlmjLR3NHk
        MYwpAJROcJkFqo4gsAAAAASUVORK5CYII=
        """);

    /// <summary>Colour type 2, Adam7.</summary>
    public static byte[] InterlacedPng => Convert.FromBase64String(
        """
        iVBORw0KGgoAAAANSUhEUgAAAAsAAAAJCAIAAAEcAXHsAAAAoElEQVQY033KMQrCQBBG4X91J+IQRggbk2KIFikkRVisUuUkKaw8RU5g5XEsxcNYp0xpEViDqPA1Dx4A3A
        5AM2LY39E5LJrxZLRH53znPGrGpcDzCKt9rs6r8zgv/GN7LarBSIua4zmrPZRz5TIwGaHmNyttJBwHUyfC+SR0IVwKl/OuhL1Z7ZDR8g8rLYQiofUv4YiFNl/Nj0Qo/ZBR
        +gKL5h2M7tfTjAAAAABJRU5ErkJggg==
        """);

    /// <summary>Colour type 0, 8 bits.</summary>
    public static byte[] GreyPng => Convert.FromBase64String(
        """
        iVBORw0KGgoAAAANSUhEUgAAAAsAAAAJCAAAAADBD4nxAAAAEklEQVQI12NkEIcDJnYEoAUbANLpA2ALCJqvAAAAAElFTkSuQmCC
        """);

    /// <summary>Colour type 0, 1 bit.</summary>
    public static byte[] TwoLevelPng => Convert.FromBase64String(
        """
        iVBORw0KGgoAAAANSUhEUgAAAAsAAAAJAQAAAADMH+uAAAAAEUlEQVQI12NgYGAIdWDARgIAH7MCVQfmEnYAAAAASUVORK5CYII=
        """);

    /// <summary>Colour type 3, 4 bits.</summary>
    public static byte[] PalettePng => Convert.FromBase64String(
        """
        iVBORw0KGgoAAAANSUhEUgAAAAsAAAAJBAMAAAAWSsseAAAAD1BMVEX/AAAA/wAAAP///wAJY8ex8e8lAAAAI0lEQVQI12NgVHYQMmFgAJGMCgwgUtmBAUwKMIBIIQMGPE
        oA3BoHC0AV5/MAAAAASUVORK5CYII=
        """);

    /// <summary>24 bits.</summary>
    public static byte[] ColourBmp => Convert.FromBase64String(
        """
        Qk16AQAAAAAAADYAAAAoAAAACwAAAAkAAAABABgAAAAAAEQBAAAAAAAAAAAAAAAAAAAAAAAAAPg4GP1PMAJmSAd9YAyUeBGrkBbCqBvZwCDw2CUH8CoeAAAAANkxFd5IKu
        NfP+h2VO2NafKkfve7k/zSqAHpvQYA0gsXAAAAALoqEr9BJMRYNslvSM6GWtOdbNi0ft3LkOLiouf5tOwQAAAAAJsjD6A6HqVRLapoPK9/S7SWWrmtab7EeMPbh8jyls0J
        AAAAAHwcDIEzGIZKJIthMJB4PJWPSJqmVJ+9YKTUbKnreK4CAAAAAF0VCWIsEmdDG2xaJHFxLXaINnufP4C2SIXNUYrkWo/7AAAAAD4OBkMlDEg8Ek1TGFJqHleBJFyYKm
        GvMGbGNmvdPHD0AAAAAB8HAyQeBik1CS5MDDNjDzh6Ej2RFUKoGEe/G0zWHlHtAAAAAAAAAAUXAAouAA9FABRcABlzAB6KACOhACi4AC3PADLmAAAA
        """);

    /// <summary>4 bits.</summary>
    public static byte[] PaletteBmp => Convert.FromBase64String(
        """
        Qk2+AAAAAAAAAHYAAAAoAAAACwAAAAkAAAABAAQAAAAAAEgAAAAAAAAAAAAAABAAAAAQAAAAAAD/AAD/AAAA//8A/wAAAMdjCQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
        AAAAAAAAAAAAAAAAAAAAAAAAAAABMkATJAEAAAQBMkATJAAAAyQBMkATAAAAEyQBMkAAAAJAEyQBMgAAATJAEyQBAAAEATJAEyQAAAMkATJAEwAAABMkATJAAAAA==
        """);

    public static byte[] Colour(int row, int column) =>
        [(byte)((column * 23) + (row * 7)), (byte)((column * 5) + (row * 31)), (byte)(column * row * 3)];

    public static byte[] Grey(int row, int column) => [Colour(row, column)[0]];

    public static byte[] TwoLevels(int row, int column) => [(byte)(255 * (row * column % 2))];

    public static byte[] Palette(int row, int column) => s_palette[(column + (2 * row)) % 5];
}
