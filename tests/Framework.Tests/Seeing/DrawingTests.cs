using Framework.Data.Images;
using Framework.Seeing;
using Framework.Tensors;

namespace Framework.Tests.Seeing;

public sealed class DrawingTests
{
    [Fact]
    public void Numbers_become_greys_and_warmth()
    {
        Drawing.Stretched([-1, 0, 3], 1, 1, 3).Pixels.Should().Equal(0, 64, 255);
        Drawing.Stretched([2, 2], 1, 1, 2).Pixels.Should().Equal(0, 0);
        Drawing.AroundZero([-1, 0, 2], 1, 1, 3).Pixels.Should().Equal(64, 128, 255);
        Drawing.AroundZero([0, 0], 1, 1, 2).Pixels.Should().Equal(128, 128);
        Drawing.Heat([0, 0.5f, 1], 1, 3, 1, 3).Pixels.Should().Equal(0, 0, 0, 255, 129, 0, 255, 255, 255);
        Drawing.Over(new Picture(1, 1, 1, [100]), new Picture(1, 1, 3, [200, 0, 50])).Pixels.Should().Equal(150, 50, 75);
        Drawing.Enlarged(new Picture(1, 2, 1, [1, 2]), 2).Pixels.Should().Equal(1, 1, 2, 2, 1, 1, 2, 2);
    }

    [Fact]
    public void A_contact_sheet_has_every_picture_at_its_place_between_lines()
    {
        var sheet = Drawing.ContactSheet([new Picture(1, 2, 1, [10, 20]), new Picture(1, 2, 3, [1, 2, 3, 4, 5, 6]), new Picture(1, 2, 1, [30, 40])], across: 2);
        (sheet.Rows, sheet.Columns, sheet.Channels).Should().Be((8, 10, 3));
        sheet[2, 2].ToArray().Should().Equal(10, 10, 10);
        sheet[2, 7].ToArray().Should().Equal(4, 5, 6);
        sheet[5, 3].ToArray().Should().Equal(40, 40, 40);
        sheet[5, 6].ToArray().Should().Equal(255, 255, 255);
        sheet[0, 0].ToArray().Should().Equal(255, 255, 255);
    }

    [Fact]
    public void Filters_of_three_channels_are_in_colour()
    {
        Drawing.Filters(new Tensor(ElementType.Float32, [4, 3, 5, 5])).Should().HaveCount(4).And.OnlyContain(p => p.Channels == 3);
        Drawing.Filters(new Tensor(ElementType.Float32, [4, 2, 5, 5])).Should().HaveCount(8).And.OnlyContain(p => p.Channels == 1);
    }

    [Fact]
    public void A_page_holds_all_it_shows_and_escapes_names()
    {
        string page = new SeeingPage("a <b>")
            .Add(new Picture(1, 1, 1, [9]), "it's \"so\"")
            .Add(new Grid("g", 1, 2, [0, -1.5f]))
            .AddPoints([0, 1, 2, 3], [0, 1], ["cat", "dog"])
            .ToString();
        page.Should().Contain("<title>a &lt;b&gt;</title>").And.Contain("data:image/png;base64,").And.Contain(">-1.5</td>").And.Contain("<title>dog</title>");
        page.Should().NotContain("http").And.NotContain("<script");
    }
}
