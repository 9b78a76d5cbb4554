"""What code written for Transformers expects of a model and finds to import."""
