// Parts of pages fetched without a framework; loaded whole.
import "htmx.org";
