"""Empty record forms, or forms with records in them: workbook, CSV and YAML, all made from the codebook."""
